// A code forge as xorm makes it. Run: go mod init make && go get xorm.io/xorm modernc.org/sqlite && go run . forge.db
package main

import (
	"os"
	"time"

	_ "modernc.org/sqlite"
	"xorm.io/xorm"
)

type User struct {
	Id       int64  `xorm:"pk autoincr"`
	Name     string `xorm:"UNIQUE NOT NULL"`
	IsAdmin  bool
	Passwd   string    `xorm:"VARCHAR(255)"`
	Created  int64     `xorm:"INDEX created"`
	LastSeen time.Time `xorm:"DATETIME"`
	Avatar   []byte    `xorm:"BLOB"`
	Rands    string    `xorm:"VARCHAR(10) DEFAULT 'none'"`
}

type Repository struct {
	Id        int64 `xorm:"pk autoincr"`
	OwnerId   int64 `xorm:"UNIQUE(s) INDEX"`
	LowerName string `xorm:"UNIQUE(s) INDEX NOT NULL"`
	Topics    []string `xorm:"TEXT JSON"`
	Size      int64    `xorm:"NOT NULL DEFAULT 0"`
	Score     float64
	Price     string  `xorm:"DECIMAL(12,4)"`
	Started   time.Time `xorm:"DATE"`
	Deadline  int64     `xorm:"deadline_unix"`
}

type Issue struct {
	Id      int64  `xorm:"pk autoincr"`
	RepoId  int64  `xorm:"INDEX UNIQUE(repo_index)"`
	Index   int64  `xorm:"UNIQUE(repo_index)"`
	Name    string `xorm:"name"`
	Content string `xorm:"LONGTEXT"`
	Key     [2]byte `xorm:"-"`
}

type Access struct {
	UserId int64 `xorm:"pk"`
	RepoId int64 `xorm:"pk"`
	Mode   int
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	engine, err := xorm.NewEngine("sqlite", os.Args[1])
	must(err)
	engine.DatabaseTZ = time.UTC
	must(engine.Sync(new(User), new(Repository), new(Issue), new(Access)))
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	for n := int64(1); n <= 4; n++ {
		_, err = engine.Insert(&User{Name: "user" + string(rune('0'+n)), IsAdmin: n == 1, Passwd: "invented", Created: 1700000000 + n, LastSeen: at.AddDate(0, 0, int(n)), Avatar: []byte{0, byte(n)}})
		must(err)
		_, err = engine.Insert(&Repository{OwnerId: n, LowerName: "repo ✓", Topics: []string{"é", "b"}, Size: n << 40, Score: float64(n) / 3, Price: "12.3400", Started: at, Deadline: 0})
		must(err)
		for index := int64(1); index <= n; index++ {
			_, err = engine.Insert(&Issue{RepoId: n, Index: index, Name: "issue", Content: "line one\r\nline two\ttab"})
			must(err)
		}
		_, err = engine.Insert(&Access{UserId: n, RepoId: n, Mode: 2})
		must(err)
	}
	_, err = engine.Exec("DELETE FROM issue WHERE repo_id = 4")
	must(err)
}
