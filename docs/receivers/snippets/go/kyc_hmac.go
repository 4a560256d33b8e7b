package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// VerifyKycHmac verifies a delivery of the contract kyc-hmac. headers have lower-case names, body is the
// raw bytes, secrets are the present one and, while a rotation overlaps, the one before it.
func VerifyKycHmac(headers map[string]string, body []byte, secrets []string) error {
	for _, secret := range secrets {
		if len(secret) < 24 {
			return errors.New("a secret is missing or too short")
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if hmac.Equal([]byte(headers["x-webhook-signature"]), []byte(expected)) {
			return nil
		}
	}
	return errors.New("the signature does not verify")
}
