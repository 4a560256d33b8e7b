package main

import "crypto/rand"
import "crypto/sha256"
import "encoding/hex"
import "encoding/json"
import "errors"
import "fmt"
import "io/fs"
import "log"
import "net/http"
import "os"
import "path/filepath"
import "strings"
import "sync"
import "time"

type delivery struct {
	ID    string          `json:"id"`
	Event json.RawMessage `json:"event"`
}

var errRefused = errors.New("not to be trusted")

// handle is your own work, for each event once. If it fails it is tried again every hour, and at the next start.
func handle(one delivery) error {
	fmt.Println("processed", one.ID)
	return nil
}

// What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept
// for 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
// One process only: two would both take up what is left in it.
var inbox = setting("INBOX", "inbox")

const keptFor = 41 * 24 * time.Hour

// The largest delivery has less than 700 kB.
const maxBodyBytes = 1_000_000

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// receive gives the status to answer; the work is done afterwards.
func receive(header http.Header, body []byte) int {
	one, err := verify(header, body)
	if errors.Is(err, errRefused) {
		return http.StatusUnauthorized
	}
	if err == nil {
		err = keep(one)
	}
	if err != nil {
		log.Print(err)
		return http.StatusInternalServerError // Ours, not the sender's: it is sent again.
	}
	return http.StatusNoContent
}

// keep does nothing if the id was there already.
func keep(one delivery) error {
	text, err := json.Marshal(one)
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(one.ID))
	file := filepath.Join(inbox, hex.EncodeToString(hash[:]))
	draft := filepath.Join(inbox, rand.Text()+".draft")
	defer os.Remove(draft)
	if err := os.WriteFile(draft, text, 0o600); err != nil {
		return err
	}
	// Whole or not at all, and for one of two that come together.
	if err := os.Link(draft, file); errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	go work(file)
	return nil
}

// One after the other.
var working sync.Mutex

func work(file string) {
	working.Lock()
	defer working.Unlock()
	text, err := os.ReadFile(file)
	if err == nil && len(text) > 0 {
		var one delivery
		if err = json.Unmarshal(text, &one); err == nil {
			err = handle(one)
		}
		if err == nil {
			err = os.Truncate(file, 0)
		}
	}
	if err != nil {
		log.Print("left in the inbox: ", err)
	}
}

func sweep() {
	files, err := os.ReadDir(inbox)
	if err != nil {
		log.Print(err)
	}
	for _, entry := range files {
		file := filepath.Join(inbox, entry.Name())
		info, err := entry.Info()
		if err != nil {
			continue
		}
		if time.Since(info.ModTime()) > keptFor {
			os.Remove(file)
		} else if info.Size() > 0 && !strings.HasSuffix(file, ".draft") {
			go work(file)
		}
	}
}

func sweepEveryHour() {
	for ; ; time.Sleep(time.Hour) {
		sweep()
	}
}
