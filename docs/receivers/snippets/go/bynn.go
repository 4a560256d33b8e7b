package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"time"
)

// VerifyBynn verifies a delivery of the contract bynn. headers have lower-case names; body is the raw
// bytes; publicKeys are PEM: the pinned one, or all RSA keys of your JWKS; token is the endpoint's, which
// its deliveries carry. It gives the data that was signed: use this, and not the fields beside the JWT.
// Its event_id tells whether the event came before.
func VerifyBynn(headers map[string]string, body []byte, publicKeys []string, token string, now time.Time) (json.RawMessage, error) {
	// Other endpoints may verify with the same keys.
	given := []byte(headers["x-webhook-token"])
	if len(token) < 8 || subtle.ConstantTimeCompare(given, []byte(token)) != 1 {
		return nil, errors.New("the delivery is meant for another endpoint")
	}
	var envelope struct {
		JWT string `json:"jwt"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	parts := strings.Split(envelope.JWT, ".")
	if len(parts) != 3 {
		return nil, errors.New("there is no JWT")
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	if err := decodePart(parts[0], &header); err != nil || header.Algorithm != "RS256" {
		return nil, errors.New("the JWT is not signed with RS256")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	genuine := false
	for _, text := range publicKeys {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			continue
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if key, isRSA := parsed.(*rsa.PublicKey); err == nil && isRSA {
			genuine = genuine || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
		}
	}
	if !genuine {
		return nil, errors.New("the JWT does not verify")
	}
	var claims struct {
		Expires int64           `json:"exp"`
		Data    json.RawMessage `json:"data"`
	}
	if err := decodePart(parts[1], &claims); err != nil {
		return nil, err
	}
	if now.After(time.Unix(claims.Expires, 0).Add(5 * time.Minute)) {
		return nil, errors.New("the JWT has expired: fetch the resource instead")
	}
	return claims.Data, nil
}

func decodePart(part string, into any) error {
	bytes, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, into)
}
