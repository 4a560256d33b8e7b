// Receives deliveries of the contract bynn, with net/http.
// Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
//
//   Go 1.24 or newer
//   go mod init receiver && go get github.com/go-jose/go-jose/v4
//   go run net_http.go
//
// Environment:
//   WEBHOOK_TOKEN     the endpoint’s token
//   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
//   PORT              where it listens; 8080 if it is not set
//   INBOX             the folder for what was accepted; ./inbox if it is not set

package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// The key set of your tenant and environment, and no other: what is signed for others then does not verify.
var keys = keySet{url: keysURL()}

type keySet struct {
	url       string
	mutex     sync.Mutex
	cached    []jose.JSONWebKey
	fetchedAt time.Time
	renewedAt time.Time
}

func keysURL() string {
	text := os.Getenv("WEBHOOK_KEYS_URL")
	if parsed, err := url.Parse(text); err != nil || parsed.Host == "" {
		log.Fatal("WEBHOOK_KEYS_URL: the key set's address is missing")
	}
	return text
}

// try looks with the cached keys, and if none fits, with keys fetched anew: at most every 30 seconds.
func (set *keySet) try(fits func(key jose.JSONWebKey) bool) error {
	set.mutex.Lock()
	defer set.mutex.Unlock()
	if time.Since(set.fetchedAt) > 5*time.Minute {
		if err := set.fetch(); err != nil {
			return err
		}
	}
	if set.hasFitting(fits) {
		return nil
	}
	if time.Since(set.renewedAt) < 30*time.Second {
		return errRefused
	}
	set.renewedAt = time.Now()
	if err := set.fetch(); err != nil {
		return err
	}
	if set.hasFitting(fits) {
		return nil
	}
	return errRefused
}

func (set *keySet) hasFitting(fits func(key jose.JSONWebKey) bool) bool {
	for _, key := range set.cached {
		if fits(key) {
			return true
		}
	}
	return false
}

func (set *keySet) fetch() error {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(set.url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the key set answers %s", response.Status)
	}
	var found jose.JSONWebKeySet
	if err := json.NewDecoder(response.Body).Decode(&found); err != nil {
		return err
	}
	set.cached, set.fetchedAt = found.Keys, time.Now()
	return nil
}

const tolerance = 5 * time.Minute

// The endpoint's own: others of your endpoints verify with the same keys.
var token = readToken()

func readToken() string {
	text := os.Getenv("WEBHOOK_TOKEN")
	if len(text) < 8 {
		log.Fatal("WEBHOOK_TOKEN: the endpoint's token is missing")
	}
	return text
}

// verify refuses what none of the keys signed within the last day.
func verify(header http.Header, body []byte) (delivery, error) {
	if subtle.ConstantTimeCompare([]byte(header.Get("X-Webhook-Token")), []byte(token)) != 1 {
		return delivery{}, errRefused
	}
	var envelope struct {
		JWT string `json:"jwt"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return delivery{}, errRefused
	}
	parsed, err := jwt.ParseSigned(envelope.JWT, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return delivery{}, errRefused
	}
	var claims struct {
		jwt.Claims
		Data json.RawMessage `json:"data"`
	}
	// By default the JWT has no kid, so each RSA key of the set may be the one.
	err = keys.try(func(key jose.JSONWebKey) bool {
		public, isRSA := key.Key.(*rsa.PublicKey)
		return isRSA && parsed.Claims(public, &claims) == nil
	})
	if err != nil {
		return delivery{}, err
	}
	if claims.Expiry == nil || claims.ValidateWithLeeway(jwt.Expected{}, tolerance) != nil {
		return delivery{}, errRefused
	}
	// What is beside the JWT is not signed, and neither is any header.
	var event struct {
		ID string `json:"event_id"`
	}
	err = json.Unmarshal(claims.Data, &event)
	return delivery{event.ID, claims.Data}, err
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
