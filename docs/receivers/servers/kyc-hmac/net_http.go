// Receives deliveries of the contract kyc-hmac, with net/http.
// Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
//
//   Go 1.24 or newer
//   go run net_http.go
//
// Environment:
//   WEBHOOK_SECRETS         the endpoint’s secret; during a rotation the new and the old, with a space between
//   WEBHOOK_SIGNED_CONTENT  the endpoint’s option `signedContent`: timestamp.body; body if it is not set
//   PORT                    where it listens; 8080 if it is not set
//   INBOX                   the folder for what was accepted; ./inbox if it is not set

package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// The endpoint's secret, and while a rotation overlaps the one before it.
var secrets = readSecrets()

func readSecrets() []string {
	found := strings.Fields(os.Getenv("WEBHOOK_SECRETS"))
	for _, secret := range found {
		if len(secret) < 24 {
			log.Fatal("WEBHOOK_SECRETS: a secret is too short")
		}
	}
	if len(found) == 0 {
		log.Fatal("WEBHOOK_SECRETS: the endpoint's secret is missing")
	}
	return found
}

// The endpoint's option signedContent.
var withTime = setting("WEBHOOK_SIGNED_CONTENT", "body") == "timestamp.body"

// verify refuses what none of the secrets signed. The time is the event's, so it may be old.
func verify(header http.Header, body []byte) (delivery, error) {
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		if withTime {
			mac.Write([]byte(header.Get("X-Webhook-Timestamp") + "."))
		}
		mac.Write(body)
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(header.Get("X-Webhook-Signature")), []byte(expected)) {
			continue
		}
		var event struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(body, &event)
		return delivery{event.ID, body}, err // Not X-Webhook-ID, which no signature covers.
	}
	return delivery{}, errRefused
}

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

func main() {
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		log.Fatal(err)
	}
	go sweepEveryHour()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks", func(response http.ResponseWriter, request *http.Request) {
		// The raw bytes: what a parser made of them does not verify.
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, maxBodyBytes))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			response.WriteHeader(http.StatusRequestEntityTooLarge)
		case err != nil:
			response.WriteHeader(http.StatusBadRequest)
		default:
			response.WriteHeader(receive(request.Header, body))
		}
	})
	server := http.Server{Addr: ":" + setting("PORT", "8080"), Handler: mux, ReadTimeout: 30 * time.Second}
	log.Fatal(server.ListenAndServe())
}
