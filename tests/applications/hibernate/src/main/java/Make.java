// A clinic as Hibernate makes it. Run: mvn -q compile dependency:build-classpath -Dmdep.outputFile=cp && java -cp target/classes:$(cat cp) Make clinic.db
import jakarta.persistence.*;
import java.math.BigDecimal;
import java.time.*;
import java.util.*;
import org.hibernate.cfg.Configuration;

public class Make {
  enum Kind { CHECKUP, SURGERY }

  @Entity(name = "patient")
  static class Patient {
    @Id @GeneratedValue(strategy = GenerationType.IDENTITY) Long id;
    @Column(nullable = false, length = 80) String name;
    @Column(unique = true) UUID card;
    LocalDate born;
    boolean active;
    @Lob byte[] picture;
    @ElementCollection List<String> allergies = new ArrayList<>();
  }

  @Entity(name = "visit")
  @Table(indexes = @Index(name = "visit_at", columnList = "at desc, kind"), uniqueConstraints = @UniqueConstraint(columnNames = {"patient_id", "at"}))
  static class Visit {
    @Id UUID id;
    @ManyToOne(optional = false) Patient patient;
    @ManyToOne Visit previous;
    LocalDateTime at;
    Instant entered;
    OffsetDateTime signed;
    LocalTime slot;
    Duration lasted;
    @Column(precision = 12, scale = 3) BigDecimal fee;
    double ratio;
    float small;
    short room;
    @Enumerated(EnumType.STRING) Kind kind;
    @Enumerated(EnumType.ORDINAL) Kind number;
    @Lob String notes;
    @Version int version;
  }

  public static void main(String[] arguments) {
    Configuration configuration = new Configuration()
        .addAnnotatedClass(Patient.class).addAnnotatedClass(Visit.class)
        .setProperty("hibernate.connection.url", "jdbc:sqlite:" + arguments[0])
        .setProperty("hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect")
        .setProperty("hibernate.jdbc.time_zone", "UTC")
        .setProperty("hibernate.hbm2ddl.auto", "create");
    try (var factory = configuration.buildSessionFactory()) {
      factory.inTransaction(session -> {
        Visit previous = null;
        for (int n = 1; n <= 6; n++) {
          Patient patient = new Patient();
          patient.name = "Pätient " + n;
          patient.card = new UUID(n, n * 31L);
          patient.born = LocalDate.of(1980, n, 29 - n);
          patient.active = n != 3;
          patient.picture = new byte[] {0, (byte) n, -1};
          patient.allergies.addAll(List.of("nuts", "ü" + n));
          session.persist(patient);
          Visit visit = new Visit();
          visit.id = new UUID(0, n);
          visit.patient = patient;
          visit.previous = previous;
          visit.at = LocalDateTime.of(2024, 2, n, 8, 30, 0, 123_000_000);
          visit.entered = Instant.parse("2024-02-0" + n + "T07:00:00.5Z");
          visit.signed = OffsetDateTime.of(visit.at, ZoneOffset.ofHours(2));
          visit.slot = LocalTime.of(8, n);
          visit.lasted = Duration.ofMinutes(n).plusNanos(5);
          visit.fee = new BigDecimal("100.125").multiply(BigDecimal.valueOf(n));
          visit.ratio = n / 3.0;
          visit.small = n / 3.0f;
          visit.room = (short) n;
          visit.kind = n % 2 == 0 ? Kind.SURGERY : Kind.CHECKUP;
          visit.number = visit.kind;
          visit.notes = "long ".repeat(n);
          session.persist(visit);
          previous = visit;
        }
      });
    }
  }
}
