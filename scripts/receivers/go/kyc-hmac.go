package main

import "crypto/hmac"
import "crypto/sha256"
import "encoding/hex"
import "encoding/json"
import "net/http"

// The endpoint's option signedContent.
var withTime = setting("WEBHOOK_SIGNED_CONTENT", "body") == "timestamp.body"

// verify refuses what none of the secrets signed. The time is the event's, so it may be old.
func verify(header http.Header, body []byte) (delivery, error) {
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		if withTime {
			mac.Write([]byte(header.Get("X-Webhook-Timestamp") + "."))
		}
		mac.Write(body)
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if !hmac.Equal([]byte(header.Get("X-Webhook-Signature")), []byte(expected)) {
			continue
		}
		var event struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(body, &event)
		return delivery{event.ID, body}, err // Not X-Webhook-ID, which no signature covers.
	}
	return delivery{}, errRefused
}
