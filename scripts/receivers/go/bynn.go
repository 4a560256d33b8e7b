package main

import "crypto/rsa"
import "crypto/subtle"
import "encoding/json"
import "log"
import "net/http"
import "os"
import "time"

import "github.com/go-jose/go-jose/v4"
import "github.com/go-jose/go-jose/v4/jwt"

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
