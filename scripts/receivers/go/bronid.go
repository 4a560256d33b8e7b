package main

import "crypto/hmac"
import "crypto/sha256"
import "crypto/sha3"
import "encoding/hex"
import "encoding/json"
import "net/http"
import "slices"
import "time"

const tolerance = 5 * time.Minute

// verify refuses what none of the secrets signed within the last five minutes.
func verify(header http.Header, body []byte) (delivery, error) {
	for _, secret := range secrets {
		// SHA3-256, which is not SHA-256.
		hash := sha3.Sum256(slices.Concat(body, []byte(secret)))
		expected := "bronid_sec_sha256_" + hex.EncodeToString(hash[:])
		if !hmac.Equal([]byte(header.Get("X-BronID-Signature-SHA")), []byte(expected)) {
			continue
		}
		// A map, since a struct would take "Timestamp" for it too.
		var event map[string]json.RawMessage
		if err := json.Unmarshal(body, &event); err != nil {
			return delivery{}, err
		}
		var sentAt int64
		if err := json.Unmarshal(event["timestamp"], &sentAt); err != nil {
			return delivery{}, err
		}
		if time.Since(time.Unix(sentAt, 0)).Abs() > tolerance {
			return delivery{}, errRefused
		}
		// There is no id: what stays the same when it is sent again tells it.
		delete(event, "timestamp")
		delete(event, "signature")
		same, err := json.Marshal(event)
		id := sha256.Sum256(same)
		return delivery{hex.EncodeToString(id[:]), same}, err
	}
	return delivery{}, errRefused
}
