package main

import "log"
import "net/http"

import standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

var webhooks = newWebhooks()

func newWebhooks() (made []*standardwebhooks.Webhook) {
	for _, secret := range secrets {
		webhook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			log.Fatal("WEBHOOK_SECRETS: ", err)
		}
		made = append(made, webhook)
	}
	return made
}

// verify refuses what none of the secrets signed within the last five minutes.
func verify(header http.Header, body []byte) (delivery, error) {
	for _, webhook := range webhooks {
		if webhook.Verify(body, header) == nil {
			return delivery{header.Get("webhook-id"), body}, nil
		}
	}
	return delivery{}, errRefused
}
