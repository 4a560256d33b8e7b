package main

import "crypto/sha256"
import "encoding/hex"
import "encoding/json"
import "net/http"
import "strings"
import "time"

import "github.com/golang-jwt/jwt/v5"

const tolerance = 2 * time.Minute

// The endpoint's options headerName and prefix.
var tokenHeader = setting("WEBHOOK_HEADER", "Authorization")
var tokenPrefix = setting("WEBHOOK_PREFIX", "Bearer") + " "

type idnowClaims struct {
	jwt.RegisteredClaims
	Digest string `json:"body_sha256"`
}

// The algorithm is ours to say, never the token's.
var parser = jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithLeeway(tolerance),
	jwt.WithIssuedAt(), jwt.WithExpirationRequired())

// verify refuses what none of the secrets signed for this body within the last minutes.
func verify(header http.Header, body []byte) (delivery, error) {
	token := strings.TrimPrefix(header.Get(tokenHeader), tokenPrefix)
	digest := sha256.Sum256(body)
	for _, secret := range secrets {
		var claims idnowClaims
		keyOf := func(*jwt.Token) (any, error) { return []byte(secret), nil }
		if _, err := parser.ParseWithClaims(token, &claims, keyOf); err != nil {
			continue
		}
		// The JWT speaks of one body only: without this check it could be put beside any other.
		if claims.Digest != hex.EncodeToString(digest[:]) {
			return delivery{}, errRefused
		}
		var event struct {
			ID string `json:"eventId"`
		}
		err := json.Unmarshal(body, &event)
		return delivery{event.ID, body}, err
	}
	return delivery{}, errRefused
}
