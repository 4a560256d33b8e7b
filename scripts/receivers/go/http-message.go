package main

import "crypto"
import "crypto/ed25519"
import "crypto/rsa"
import "crypto/sha256"
import "encoding/base64"
import "fmt"
import "log"
import "net/http"
import "os"
import "regexp"
import "slices"
import "strconv"
import "strings"
import "time"

import "github.com/go-jose/go-jose/v4"

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
