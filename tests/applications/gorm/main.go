// A warehouse as GORM makes it. Run: go mod init make && go get gorm.io/gorm github.com/glebarez/sqlite && go run . warehouse.db
package main

import (
	"os"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

type Supplier struct {
	gorm.Model
	Name    string `gorm:"size:60;not null;uniqueIndex"`
	Country string `gorm:"type:char(2);default:'XX'"`
	Parts   []Part `gorm:"many2many:supplier_parts"`
}

type Part struct {
	ID        uint64 `gorm:"primaryKey"`
	Code      string `gorm:"uniqueIndex:idx_code_rev;not null"`
	Revision  int8   `gorm:"uniqueIndex:idx_code_rev"`
	Price     float64 `gorm:"type:decimal(10,2);check:price >= 0"`
	Stocked   bool   `gorm:"default:true"`
	Weight    *float32
	Drawing   []byte
	Serial    int64
	Made      time.Time
	Checked   *time.Time `gorm:"type:date"`
	Labels    []string   `gorm:"serializer:json"`
	Updated   int64      `gorm:"autoUpdateTime:milli"`
	ParentID  *uint64
	Parent    *Part `gorm:"constraint:OnUpdate:CASCADE,OnDelete:SET NULL"`
}

type Shelf struct {
	Hall   string `gorm:"primaryKey;size:4"`
	Number int    `gorm:"primaryKey;autoIncrement:false"`
	PartID uint64 `gorm:"index:idx_shelf_part,where:number > 1"`
	Part   Part
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	db, err := gorm.Open(sqlite.Open(os.Args[1]), &gorm.Config{})
	must(err)
	must(db.AutoMigrate(&Part{}, &Supplier{}, &Shelf{}))
	at := time.Date(2024, 3, 1, 10, 20, 30, 123456789, time.FixedZone("", 2*3600))
	var last *uint64
	var parts []Part
	for n := 1; n <= 8; n++ {
		weight := float32(n) / 3
		part := Part{Code: "P-" + string(rune('A'+n)), Revision: int8(n % 3), Price: float64(n) + 0.25, Stocked: n != 4, Drawing: []byte{0, byte(n), 255}, Serial: 1<<60 + int64(n), Made: at.Add(time.Duration(n) * time.Hour), Labels: []string{"é", "x"}, ParentID: last, Updated: 1700000000000 + int64(n)}
		if n%2 == 0 {
			part.Weight = &weight
			day := time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC)
			part.Checked = &day
		}
		must(db.Create(&part).Error)
		must(db.Exec("UPDATE parts SET updated = ? WHERE id = ?", 1700000000000+int64(n), part.ID).Error)
		id := part.ID
		last = &id
		parts = append(parts, part)
		must(db.Create(&Shelf{Hall: "H1", Number: n, PartID: part.ID}).Error)
	}
	for n := 1; n <= 2; n++ {
		must(db.Create(&Supplier{Model: gorm.Model{CreatedAt: at, UpdatedAt: at}, Name: "Supplier " + string(rune('0'+n)) + " 🏭", Country: "NO", Parts: parts[:n*2]}).Error)
	}
	must(db.Delete(&Supplier{}, 2).Error)
	must(db.Exec("UPDATE suppliers SET deleted_at = '2024-04-01 00:00:00+00:00' WHERE deleted_at IS NOT NULL").Error)
	must(db.Exec("UPDATE suppliers SET updated_at = created_at").Error)
	must(db.Migrator().RenameColumn(&Part{}, "serial", "serial_number"))
}
