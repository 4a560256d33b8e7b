package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// VerifyStandardWebhooks verifies a delivery of the contract standard-webhooks.
// headers have lower-case names, body is the raw bytes, secret is whsec_...
func VerifyStandardWebhooks(headers map[string]string, body []byte, secret string, now time.Time) error {
	id, sentAt := headers["webhook-id"], headers["webhook-timestamp"]
	seconds, err := strconv.ParseInt(sentAt, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("the delivery is too old, or the clocks differ")
	}
	encoded, isSecret := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !isSecret || err != nil || len(key) < 18 {
		return errors.New("the secret is missing, too short, or not the endpoint's")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + sentAt + "."))
	mac.Write(body)
	expected := mac.Sum(nil)
	for _, one := range strings.Split(headers["webhook-signature"], " ") {
		version, signature, _ := strings.Cut(one, ",")
		given, err := base64.StdEncoding.DecodeString(signature)
		if version == "v1" && err == nil && hmac.Equal(given, expected) {
			return nil
		}
	}
	return errors.New("the signature does not verify")
}
