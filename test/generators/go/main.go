// Uses the client that oapi-codegen made: creates an endpoint, posts an event, lists.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"posthorn.example/generated/posthorn"
)

func main() {
	ctx := context.Background()
	withKey := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("POSTHORN_KEY"))
		return nil
	}
	client, err := posthorn.NewClientWithResponses(os.Getenv("POSTHORN_URL"), posthorn.WithRequestEditorFn(withKey))
	check(err)
	tenant, live := os.Getenv("POSTHORN_TENANT"), posthorn.EnvironmentLive

	step := posthorn.RetryStep{Count: 3, Seconds: 1.5}
	var policy posthorn.RetryPolicyInput
	check(policy.FromCustomRetryPolicyInput(posthorn.CustomRetryPolicyInput{Steps: &[]posthorn.RetryStep{step}}))
	perSecond := 0.1
	hook := "http://127.0.0.1:9/hook"
	made, err := client.CreateEndpointWithResponse(ctx,
		&posthorn.CreateEndpointParams{PosthornTenant: &tenant, PosthornEnvironment: &live},
		posthorn.EndpointInput{
			Url:          &hook,
			EventTypes:   &[]string{"dossier.*"},
			RetryPolicy:  &policy,
			MaxPerSecond: &perSecond,
		})
	check(err)
	expect(made.JSON201 != nil, made.Status(), string(made.Body))
	expect(made.JSON201.Url != nil && *made.JSON201.Url == hook, made.JSON201.Url)
	expect(*made.JSON201.MaxPerSecond == 0.1, *made.JSON201.MaxPerSecond)
	kept, err := made.JSON201.RetryPolicy.AsCustomRetryPolicy()
	check(err)
	expect(len(kept.Steps) == 1 && kept.Steps[0].Seconds == 1.5, kept)

	nowhere := "nope"
	refused, err := client.CreateEndpointWithResponse(ctx,
		&posthorn.CreateEndpointParams{PosthornTenant: &tenant}, posthorn.EndpointInput{Url: &nowhere})
	check(err)
	expect(refused.ApplicationproblemJSON422 != nil, refused.Status())

	posted, err := client.PostEventWithResponse(ctx,
		&posthorn.PostEventParams{PosthornTenant: &tenant, PosthornEnvironment: &live},
		posthorn.EventInput{Type: "dossier.created", Data: map[string]any{"dossier": "d-1"}})
	check(err)
	expect(posted.JSON202 != nil && !posted.JSON202.Duplicate, posted.Status(), string(posted.Body))

	limit := 1
	listed, err := client.ListEndpointsWithResponse(ctx,
		&posthorn.ListEndpointsParams{PosthornTenant: &tenant, Limit: &limit})
	check(err)
	expect(listed.JSON200 != nil && len(listed.JSON200.Data) == 1, listed.Status(), string(listed.Body))
	expect(listed.JSON200.Data[0].Id == made.JSON201.Id && listed.JSON200.Next == nil, string(listed.Body))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func expect(isTrue bool, seen ...any) {
	if !isTrue {
		log.Panic(seen...)
	}
}
