// Runs the snippets of docs/receivers over cases from standard input: see snippets.test.ts.
package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"time"
)

type testCase struct {
	Contract string            `json:"contract"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Keys     []string          `json:"keys"`
	Token    string            `json:"token"`
	Now      int64             `json:"now"`
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	answers := []bool{}
	for _, one := range cases {
		body, _ := base64.StdEncoding.DecodeString(one.Body)
		now := time.Unix(one.Now, 0)
		var err error
		switch one.Contract {
		case "standard-webhooks":
			err = VerifyStandardWebhooks(one.Headers, body, one.Keys[0], now)
		case "bynn":
			_, err = VerifyBynn(one.Headers, body, one.Keys, one.Token, now)
		case "kyc-hmac":
			err = VerifyKycHmac(one.Headers, body, one.Keys)
		case "bronid":
			err = VerifyBronid(one.Headers, body, one.Keys, now)
		case "idnow":
			err = VerifyIdnow(one.Headers, body, one.Keys, now)
		}
		answers = append(answers, err == nil)
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
