// Receives deliveries of the contract standard-webhooks, signed by HTTP message signatures (RFC 9421), with net/http.
// Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
//
//   Go 1.24 or newer
//   go mod init receiver && go get github.com/go-jose/go-jose/v4
//   go run net_http.go
//
// Environment:
//   WEBHOOK_URL       the endpoint’s URL, as Posthorn has it
//   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
//   PORT              where it listens; 8080 if it is not set
//   INBOX             the folder for what was accepted; ./inbox if it is not set

package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
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
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
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

const tag = "posthorn-webhook"
const tolerance = 5 * time.Minute

// The endpoint's URL as Posthorn has it: a proxy may show you another one.
var endpointURL = readURL()

// The id is what tells a repeat, so it must be signed.
var mustBeSigned = []string{"@method", "@target-uri", "content-digest", "webhook-id"}

// The signature under the label posthorn, as RFC 9421 writes it: (components);parameters.
var inputForm = regexp.MustCompile(`(?:^|, )posthorn=(\(("[a-z0-9@-]+"(?: "[a-z0-9@-]+")*)\)((?:;[a-z]+=(?:\d{1,15}|"[^"\\]*"))+))(?:, |$)`)
var parameterForm = regexp.MustCompile(`;([a-z]+)=(?:(\d+)|"([^"\\]*)")`)
var signatureForm = regexp.MustCompile(`(?:^|, )posthorn=:([A-Za-z0-9+/=]+):(?:, |$)`)

func readURL() string {
	text := os.Getenv("WEBHOOK_URL")
	if text == "" {
		log.Fatal("WEBHOOK_URL: the endpoint's URL is missing")
	}
	return text
}

// verify refuses what none of the keys signed, for this address and within the last five minutes.
func verify(header http.Header, body []byte) (delivery, error) {
	digest := sha256.Sum256(body)
	if header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":" {
		return delivery{}, errRefused
	}
	input := inputForm.FindStringSubmatch(header.Get("Signature-Input"))
	encoded := signatureForm.FindStringSubmatch(header.Get("Signature"))
	if input == nil || encoded == nil {
		return delivery{}, errRefused
	}
	parameters := map[string]string{}
	for _, one := range parameterForm.FindAllStringSubmatch(input[3], -1) {
		parameters[one[1]] = one[2] + one[3]
	}
	created, err := strconv.ParseInt(parameters["created"], 10, 64)
	age := time.Since(time.Unix(created, 0))
	if err != nil || age.Abs() > tolerance || parameters["tag"] != tag {
		return delivery{}, errRefused
	}
	base, err := signatureBase(header, strings.Fields(input[2]), input[1])
	if err != nil {
		return delivery{}, errRefused
	}
	signature, err := base64.StdEncoding.DecodeString(encoded[1])
	if err != nil {
		return delivery{}, errRefused
	}
	err = keys.try(func(key jose.JSONWebKey) bool {
		return key.KeyID == parameters["keyid"] && isSignedBy(key.Key, base, signature)
	})
	if err != nil {
		return delivery{}, err
	}
	return delivery{header.Get("webhook-id"), body}, nil
}

// signatureBase is what was signed: a line for each component, and one for the signature's parameters.
func signatureBase(header http.Header, quoted []string, parameters string) ([]byte, error) {
	var lines, names []string
	for _, one := range quoted {
		name := strings.Trim(one, `"`)
		value := strings.Join(header.Values(name), ", ")
		switch {
		case name == "@method":
			value = "POST"
		case name == "@target-uri":
			value = endpointURL
		case len(header.Values(name)) == 0:
			return nil, fmt.Errorf("%s is signed and not there", name)
		}
		names = append(names, name)
		lines = append(lines, one+": "+value)
	}
	for _, name := range mustBeSigned {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%s is not signed", name)
		}
	}
	lines = append(lines, `"@signature-params": `+parameters)
	return []byte(strings.Join(lines, "\n")), nil
}

// isSignedBy takes the algorithm from the key, never from the request.
func isSignedBy(key any, base, signature []byte) bool {
	switch public := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(public, base, signature)
	case *rsa.PublicKey:
		digest := sha256.Sum256(base)
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	}
	return false
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
