package main

import "errors"
import "io"
import "log"
import "net/http"
import "os"
import "time"

func main() {
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		log.Fatal(err)
	}
	go sweepEveryHour()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks", func(response http.ResponseWriter, request *http.Request) {
		// The raw bytes: what a parser made of them does not verify.
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, maxBodyBytes))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			response.WriteHeader(http.StatusRequestEntityTooLarge)
		case err != nil:
			response.WriteHeader(http.StatusBadRequest)
		default:
			response.WriteHeader(receive(request.Header, body))
		}
	})
	server := http.Server{Addr: ":" + setting("PORT", "8080"), Handler: mux, ReadTimeout: 30 * time.Second}
	log.Fatal(server.ListenAndServe())
}
