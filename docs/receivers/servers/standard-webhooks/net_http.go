// Receives deliveries of the contract standard-webhooks, with net/http.
// Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
//
//   Go 1.24 or newer
//   go mod init receiver && go get github.com/standard-webhooks/standard-webhooks/libraries
//   go run net_http.go
//
// Environment:
//   WEBHOOK_SECRETS  the endpoint’s secret, or its `whpk_` key; during a rotation the new and the old, with a space between
//   PORT             where it listens; 8080 if it is not set
//   INBOX            the folder for what was accepted; ./inbox if it is not set

package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
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
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
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

type verifier interface {
	Verify(body []byte, header http.Header) error
}

var verifiers = newVerifiers()

func newVerifiers() (made []verifier) {
	for _, secret := range secrets {
		one, err := newVerifier(secret)
		if err != nil {
			log.Fatal("WEBHOOK_SECRETS: ", err)
		}
		made = append(made, one)
	}
	return made
}

func newVerifier(secret string) (verifier, error) {
	encoded, isPublic := strings.CutPrefix(secret, "whpk_")
	if !isPublic {
		return standardwebhooks.NewWebhook(secret)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err == nil && len(key) != ed25519.PublicKeySize {
		err = errors.New("the key has not 32 bytes")
	}
	return publicKey(key), err
}

// publicKey is of an endpoint with signature "v1a", which the library does not take.
type publicKey ed25519.PublicKey

func (key publicKey) Verify(body []byte, header http.Header) error {
	id, sentAt := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(sentAt, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errRefused
	}
	signed := append([]byte(id+"."+sentAt+"."), body...)
	isBy := func(one string) bool {
		encoded, isOurs := strings.CutPrefix(one, "v1a,")
		signature, err := base64.StdEncoding.DecodeString(encoded)
		return isOurs && err == nil && ed25519.Verify(ed25519.PublicKey(key), signed, signature)
	}
	if !slices.ContainsFunc(strings.Fields(header.Get("webhook-signature")), isBy) {
		return errRefused
	}
	return nil
}

// isSigned tells whether one of the secrets signed it within the last five minutes.
func isSigned(header http.Header, body []byte) bool {
	return slices.ContainsFunc(verifiers, func(one verifier) bool { return one.Verify(body, header) == nil })
}

// verify refuses what none of the secrets signed within the last five minutes.
func verify(header http.Header, body []byte) (delivery, error) {
	if !isSigned(header, body) {
		return delivery{}, errRefused
	}
	return delivery{header.Get("webhook-id"), body}, nil
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
