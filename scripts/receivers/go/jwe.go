package main

import "crypto/x509"
import "encoding/pem"
import "log"
import "net/http"
import "os"

import "github.com/go-jose/go-jose/v4"

var keyAlgorithms = []jose.KeyAlgorithm{jose.RSA_OAEP_256, jose.ECDH_ES}
var contentAlgorithms = []jose.ContentEncryption{jose.A256GCM}

// The private half of the endpoint's `encryption.jwk`.
var privateKey = readPrivateKey()

func readPrivateKey() any {
	text, err := os.ReadFile(os.Getenv("WEBHOOK_PRIVATE_KEY"))
	if err != nil {
		log.Fatal("WEBHOOK_PRIVATE_KEY: ", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		log.Fatal("WEBHOOK_PRIVATE_KEY: the file is not in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal("WEBHOOK_PRIVATE_KEY: ", err)
	}
	return key
}

// verify refuses what none of the secrets signed within the last five minutes, and what is not for our key.
func verify(header http.Header, body []byte) (delivery, error) {
	// The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
	if !isSigned(header, body) {
		return delivery{}, errRefused
	}
	encrypted, err := jose.ParseEncrypted(string(body), keyAlgorithms, contentAlgorithms)
	if err != nil {
		return delivery{}, errRefused
	}
	event, err := encrypted.Decrypt(privateKey)
	if err != nil {
		return delivery{}, errRefused
	}
	return delivery{header.Get("webhook-id"), event}, nil
}
