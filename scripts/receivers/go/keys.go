package main

import "encoding/json"
import "fmt"
import "log"
import "net/http"
import "net/url"
import "os"
import "sync"
import "time"

import "github.com/go-jose/go-jose/v4"

// The key set of your tenant and environment, and no other: what is signed for others then does not verify.
var keys = keySet{url: keysURL()}

type keySet struct {
	url       string
	mutex     sync.Mutex
	cached    []jose.JSONWebKey
	fetchedAt time.Time
	renewedAt time.Time
}

func keysURL() string {
	text := os.Getenv("WEBHOOK_KEYS_URL")
	if parsed, err := url.Parse(text); err != nil || parsed.Host == "" {
		log.Fatal("WEBHOOK_KEYS_URL: the key set's address is missing")
	}
	return text
}

// try looks with the cached keys, and if none fits, with keys fetched anew: at most every 30 seconds.
func (set *keySet) try(fits func(key jose.JSONWebKey) bool) error {
	set.mutex.Lock()
	defer set.mutex.Unlock()
	if time.Since(set.fetchedAt) > 5*time.Minute {
		if err := set.fetch(); err != nil {
			return err
		}
	}
	if set.hasFitting(fits) {
		return nil
	}
	if time.Since(set.renewedAt) < 30*time.Second {
		return errRefused
	}
	set.renewedAt = time.Now()
	if err := set.fetch(); err != nil {
		return err
	}
	if set.hasFitting(fits) {
		return nil
	}
	return errRefused
}

func (set *keySet) hasFitting(fits func(key jose.JSONWebKey) bool) bool {
	for _, key := range set.cached {
		if fits(key) {
			return true
		}
	}
	return false
}

func (set *keySet) fetch() error {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(set.url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the key set answers %s", response.Status)
	}
	var found jose.JSONWebKeySet
	if err := json.NewDecoder(response.Body).Decode(&found); err != nil {
		return err
	}
	set.cached, set.fetchedAt = found.Keys, time.Now()
	return nil
}
