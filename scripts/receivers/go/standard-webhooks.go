package main

import "net/http"

// verify refuses what none of the secrets signed within the last five minutes.
func verify(header http.Header, body []byte) (delivery, error) {
	if !isSigned(header, body) {
		return delivery{}, errRefused
	}
	return delivery{header.Get("webhook-id"), body}, nil
}
