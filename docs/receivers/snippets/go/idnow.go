package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// VerifyIdnow verifies a delivery of the contract idnow. headers have lower-case names, body is the raw
// bytes, secrets are the present one and, while a rotation overlaps, the one before it.
func VerifyIdnow(headers map[string]string, body []byte, secrets []string, now time.Time) error {
	parts := strings.Split(strings.TrimPrefix(headers["authorization"], "Bearer "), ".")
	if len(parts) != 3 {
		return errors.New("there is no JWT")
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	if err := decodePart(parts[0], &header); err != nil || header.Algorithm != "HS256" {
		return errors.New("the JWT is not signed with HS256")
	}
	given, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return err
	}
	genuine := false
	for _, secret := range secrets {
		if len(secret) < 24 {
			return errors.New("a secret is missing or too short")
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(parts[0] + "." + parts[1]))
		genuine = genuine || hmac.Equal(given, mac.Sum(nil))
	}
	if !genuine {
		return errors.New("the JWT does not verify")
	}
	var claims struct {
		Issued  int64  `json:"iat"`
		Expires int64  `json:"exp"`
		Digest  string `json:"body_sha256"`
	}
	if err := decodePart(parts[1], &claims); err != nil {
		return err
	}
	tolerance := 2 * time.Minute
	if now.Before(time.Unix(claims.Issued, 0).Add(-tolerance)) || now.After(time.Unix(claims.Expires, 0).Add(tolerance)) {
		return errors.New("the JWT has expired, or the clocks differ")
	}
	// The JWT speaks of one body only: without this check it could be put beside any other.
	digest := sha256.Sum256(body)
	if !hmac.Equal([]byte(claims.Digest), []byte(hex.EncodeToString(digest[:]))) {
		return errors.New("the JWT is about another body")
	}
	return nil
}
