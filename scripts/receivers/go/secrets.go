package main

import "log"
import "os"
import "strings"

// The endpoint's secret, and while a rotation overlaps the one before it.
var secrets = readSecrets()

func readSecrets() []string {
	found := strings.Fields(os.Getenv("WEBHOOK_SECRETS"))
	for _, secret := range found {
		if len(secret) < 24 {
			log.Fatal("WEBHOOK_SECRETS: a secret is too short")
		}
	}
	if len(found) == 0 {
		log.Fatal("WEBHOOK_SECRETS: the endpoint's secret is missing")
	}
	return found
}
