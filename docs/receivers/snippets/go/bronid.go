package main

import (
	"crypto/sha3"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// VerifyBronid verifies a delivery of the contract bronid (Go 1.24 or newer). headers have lower-case
// names, body is the raw bytes, signingKeys are the present one and, while a rotation overlaps, the one
// before it.
func VerifyBronid(headers map[string]string, body []byte, signingKeys []string, now time.Time) error {
	for _, signingKey := range signingKeys {
		if len(signingKey) < 24 {
			return errors.New("a secret is missing or too short")
		}
		hash := sha3.Sum256(append(append([]byte{}, body...), signingKey...))
		expected := "bronid_sec_sha256_" + hex.EncodeToString(hash[:])
		if subtle.ConstantTimeCompare([]byte(headers["x-bronid-signature-sha"]), []byte(expected)) != 1 {
			continue
		}
		// A map, since a struct would take "Timestamp" for it too.
		var verification map[string]json.RawMessage
		if err := json.Unmarshal(body, &verification); err != nil {
			return err
		}
		var sentAt int64
		if err := json.Unmarshal(verification["timestamp"], &sentAt); err != nil {
			return err
		}
		if now.Sub(time.Unix(sentAt, 0)).Abs() > 5*time.Minute {
			return errors.New("the delivery is too old, or the clocks differ")
		}
		return nil
	}
	return errors.New("the signature does not verify")
}
