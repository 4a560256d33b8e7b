package main

import "crypto/ed25519"
import "encoding/base64"
import "errors"
import "log"
import "net/http"
import "slices"
import "strconv"
import "strings"
import "time"

import standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

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
