// Generated from docs/openapi.json: npm run client:generate
// sha256 94cf507bc1d96b4637a2a668928c10d8e8dab0acd565f21c78bb0b5680d32c9a

export interface paths {
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events, newest first
         * @description `type`, `subject` and `endpoint` filter the events as they are read. A request reads for a short time only, so a page may be short or empty although `next` is not null.
         *
         *     A tenant’s key needs the scope `events:read`.
         */
        get: operations["listEvents"];
        put?: never;
        /**
         * Send an event
         * @description The data is stored and delivered byte for byte as it was sent.
         *
         *     A tenant’s key needs the scope `events:write`.
         */
        post: operations["postEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send up to 100 events
         * @description Each event is accepted or rejected independently. The results are in the order of the events.
         *
         *     A tenant’s key needs the scope `events:write`.
         */
        post: operations["postEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an event with its data and its deliveries
         * @description A tenant’s key needs the scope `events:read`.
         */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}/redact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove an event’s personal data permanently
         * @description Removes the event’s data and subject, and the last request and response of its deliveries. Ids, type, times and outcomes stay. Waiting deliveries are cancelled. Repeating the call is harmless.
         *
         *     A tenant’s key needs the scope `events:redact`.
         */
        post: operations["redactEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subjects/{subject}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the latest event of a subject
         * @description Returns the event with the latest `occurredAt`; an event without one counts by its time of acceptance. `type` limits this to one event type.
         *
         *     A tenant’s key needs the scope `events:read`.
         */
        get: operations["getLatestEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an event type
         * @description Any valid key may call this, whatever its scopes.
         */
        get: operations["getEventType"];
        /**
         * Create an event type, or replace it
         * @description If `onMismatch` is `refuse`, events of this type whose data does not match the schema are rejected with 422. A change takes effect within seconds. A schema may refer only to its own parts (`#/$defs/name`): nothing is fetched.
         *
         *     Only the operator may call this.
         */
        put: operations["putEventType"];
        post?: never;
        /**
         * Delete an event type
         * @description Only the operator may call this.
         */
        delete: operations["deleteEventType"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List event types by name
         * @description Any valid key may call this, whatever its scopes.
         */
        get: operations["listEventTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/event-types.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List public event types by name
         * @description Needs no key.
         */
        get: operations["listPublicEventTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List endpoints, oldest first
         * @description A tenant’s key needs the scope `endpoints:read`.
         */
        get: operations["listEndpoints"];
        put?: never;
        /**
         * Create an endpoint
         * @description With `template`, the endpoint inherits the settings that the request leaves out. With `verifyUrl`, its deliveries are held until the URL has echoed a challenge, which is sent at once.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["createEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change all endpoints that match a filter
         * @description Takes the same changes as a single endpoint, except `url`. `add...` and `remove...` change single entries of lists. With `dryRun`, nothing is written. While `next` is not null, repeat the request with it as `cursor`.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        patch: operations["changeEndpoints"];
        trace?: never;
    };
    "/v1/endpoints/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create many endpoints
         * @description Creates up to 100 endpoints, each checked independently. The results are in the order of the request. What one answer cannot show is not created: its error has the status 413.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["createEndpoints"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an endpoint
         * @description A tenant’s key needs the scope `endpoints:read`.
         */
        get: operations["getEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint, and cancel its waiting deliveries
         * @description A tenant’s key needs the scope `endpoints:write`.
         */
        delete: operations["deleteEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change some settings of an endpoint
         * @description Settings that the request leaves out stay as they are. Null restores the template’s value, or else the default. All settings are checked together.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        patch: operations["changeEndpoint"];
        trace?: never;
    };
    "/v1/endpoints/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an endpoint’s secret
         * @description A tenant’s key needs the scope `secrets:read`.
         */
        get: operations["getEndpointSecret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an endpoint’s secret
         * @description The previous secrets keep signing beside the new one until the overlap ends.
         *
         *     A tenant’s key needs the scope `secrets:write`.
         */
        post: operations["rotateEndpointSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause an endpoint
         * @description Deliveries are held until the endpoint is resumed.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["pauseEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume an endpoint
         * @description Held deliveries are sent oldest first, at a rising rate.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["resumeEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an endpoint’s waiting deliveries
         * @description One call works for at most 15 seconds: repeat it until `complete` is true.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["purgeEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signed sample now
         * @description The sample is sent in the same way as a delivery. The answer shows the request and the response.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["testEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a signed sample to many endpoints now
         * @description Sends up to 20 samples per call, in parallel. Send `next` as `cursor` to continue. Bodies are cut, with … at their end, where the answer would be too long.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["testEndpoints"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an endpoint’s URL, or ask its recipients again
         * @description Sends `{"type": "endpoint.verification", "challenge": "..."}`, signed like a delivery. The receiver must answer 2xx with the challenge, as plain text or as the member `challenge` of a JSON object. The endpoint then becomes active, and its held deliveries are sent. Of an endpoint with recipients, it sends those who have not answered the mail with their link once more, and `verified` is whether one of them has said yes before.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["verifyEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mail-links/{link}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page of a link in a mail
         * @description Shows what the link is for, and a button. It changes nothing.
         *
         *     Needs no key.
         */
        get: operations["showMailLink"];
        put?: never;
        /**
         * Confirm an address, or unsubscribe it
         * @description What the button does, and a mail program by `List-Unsubscribe-Post` (RFC 8058). The body is not read.
         *
         *     Needs no key.
         */
        post: operations["useMailLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List templates, oldest first
         * @description A tenant’s key needs the scope `endpoints:read`.
         */
        get: operations["listTemplates"];
        put?: never;
        /**
         * Create a template
         * @description A template is a named set of settings. Its endpoints inherit every setting that they do not set themselves.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        post: operations["createTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a template
         * @description A tenant’s key needs the scope `endpoints:read`.
         */
        get: operations["getTemplate"];
        put?: never;
        post?: never;
        /**
         * Delete a template that no endpoint inherits from
         * @description A tenant’s key needs the scope `endpoints:write`.
         */
        delete: operations["deleteTemplate"];
        options?: never;
        head?: never;
        /**
         * Change a template and all endpoints that inherit from it
         * @description Settings that the request leaves out stay as they are; null removes a setting. The change takes effect within 15 seconds for all endpoints that inherit from the template. It is rejected if it conflicts with settings that such an endpoint sets itself.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        patch: operations["changeTemplate"];
        trace?: never;
    };
    "/v1/endpoints/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch the events of an endpoint with `polling`
         * @description Returns entries in the order in which they were stored, each at least once. Entries appear some seconds late, so that none is ever skipped.
         *
         *     A tenant’s key needs the scope `events:read`.
         */
        get: operations["pollEndpointEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/filters/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a filter on data or on a stored event
         * @description If the data does not match, `failures` lists the conditions of the filter that fail. `routing` has the channels that the routing rules give it, and what became of each rule.
         *
         *     A tenant’s key needs the scope `endpoints:read`.
         */
        post: operations["testFilter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/transforms/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a transformation on data or on a stored event
         * @description Nothing is sent. With `endpoint`, the answer has the signed request that this endpoint would get, and `source` may be left out to test the transformation that it has.
         *
         *     A tenant’s key needs the scope `endpoints:read`.
         */
        post: operations["testTransform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/routing-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the routing rules
         * @description A tenant’s key needs the scope `endpoints:read`.
         */
        get: operations["getRoutingRules"];
        /**
         * Replace the routing rules
         * @description At most 50. The rules are judged in their order, for every event that is accepted after the response. A rule whose filter matches the event’s data sets the event’s channels, instead of those that it was posted with or that an earlier rule set. Endpoints are matched by the channels that result.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        put: operations["putRoutingRules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what is told in notices
         * @description A tenant’s key needs the scope `endpoints:read`.
         */
        get: operations["getNoticeSettings"];
        /**
         * Set what is told in notices
         * @description Notices are events whose types begin with `posthorn.`; they go to the endpoints whose patterns begin with that. What the body leaves out gets its default. `endpoints` has at most 200 entries.
         *
         *     A tenant’s key needs the scope `endpoints:write`.
         */
        put: operations["putNoticeSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries, newest first
         * @description Deliveries of one event are listed together, ordered by endpoint. `status`, `type` and `subject` filter the deliveries as they are read. A request reads for a short time only, so a page may be short or empty although `next` is not null. Dead deliveries of one endpoint are found through an index; those older than `deadlineDays` are read from the log while something that is due waits.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a delivery with its attempts
         * @description A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again now
         * @description Starts a new run with the same idempotency key.
         *
         *     A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a waiting delivery
         * @description A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["cancelDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count attempts over time
         * @description Attempts by when they ended, without probes and replays. At most 100 groups; further ones are `other`. `5m` has counts and averages without groups, percentiles begin at `1h`. A type at one endpoint has counts and averages by `1h` or `1d`. At most 2,000 points and 2.5 MB. Shares and percentiles need 20 attempts. With `Accept: text/csv` the points are lines.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getAttemptAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count deliveries over time by how they ended
         * @description Times are from accepting the event to its delivery. Runs that a replay opened are not among them. At most 100 groups; further ones are `other`. `5m` has counts and averages without groups, percentiles begin at `1h`. A type at one endpoint has counts and averages by `1h` or `1d`. At most 2,000 points and 2.5 MB. Shares and percentiles need 20 attempts. With `Accept: text/csv` the points are lines.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getDeliveryAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/latency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the distribution of response times over time
         * @description A heat map: counts by response time, and where the time went on average. Not of a type at one endpoint, and not by `5m`. At most 2,000 points and 2.5 MB. Shares and percentiles need 20 attempts. With `Accept: text/csv` the points are lines.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getLatencyAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/retries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how often which attempt succeeds
         * @description Of the whole window. Not of a type at one endpoint, and not by `5m`. At most 2,000 points and 2.5 MB. Shares and percentiles need 20 attempts. With `Accept: text/csv` the points are lines.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getRetryAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the last day in one answer
         * @description Of the tenant; of the whole stack if the operator names none.
         *
         *     A tenant’s key needs the scope `deliveries:read`, and means its own.
         */
        get: operations["getAnalyticsSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/comparison": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare an endpoint before and after a change of its settings
         * @description Two windows of the same number of whole hours: those before the hour of the change, and those after it that are over, at most `hours`. Shares, percentiles and their differences need 20 attempts on each side. With `Accept: text/csv` the two are lines.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getComparison"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/recommendations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what to change at an endpoint
         * @description From the last two weeks, with what the last change of settings of the last week did, or the one at `changedAt`.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getRecommendations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/issue-marks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the issues that are acknowledged or muted
         * @description An issue is what failed with one outcome at one endpoint.
         *
         *     A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["listIssueMarks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/mark-issue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge or mute an issue, or open it again
         * @description It holds until the time that is given, at most 30 days on, and for this outcome only. At most 100 hold at once.
         *
         *     A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["markIssue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List replays, newest first
         * @description A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["listReplays"];
        put?: never;
        /**
         * Resend an endpoint’s deliveries from a period of time
         * @description Runs as a job, oldest first. Each delivery keeps its idempotency key. A dry run only counts the deliveries.
         *
         *     A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["createReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resend all failed deliveries since a point in time
         * @description Starts a replay with the status `failed`: it resends dead deliveries, and those that wait for another attempt after a failure.
         *
         *     A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["recoverEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a replay and its progress
         * @description A tenant’s key needs the scope `deliveries:read`.
         */
        get: operations["getReplay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a replay
         * @description The current page of about 100 deliveries is still sent.
         *
         *     A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["pauseReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a paused replay
         * @description A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["resumeReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a replay
         * @description Deliveries that the replay has already resent are not cancelled.
         *
         *     A tenant’s key needs the scope `deliveries:write`.
         */
        post: operations["cancelReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys, oldest first
         * @description A tenant’s key needs the scope `keys:write`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create a key for a tenant
         * @description A tenant’s key can grant only scopes that it has itself, and no longer life than its own: the new key expires with it at the latest, and is revoked with it.
         *
         *     A tenant’s key needs the scope `keys:write`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the key or session that the request is made with
         * @description Any valid key may call this, whatever its scopes.
         */
        get: operations["getCurrentKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a key’s scopes and its last use
         * @description A tenant’s key needs the scope `keys:write`.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Revoke a key, and the keys that were made with it
         * @description The keys that it made, those that they made, and so on are revoked as well. A tenant’s key can revoke only keys whose scopes it has itself. Repeating the call is harmless.
         *
         *     A tenant’s key needs the scope `keys:write`.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/portal-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the portal sessions that have not ended, oldest first
         * @description A tenant’s key needs the scope `portal:write`.
         */
        get: operations["listPortalSessions"];
        put?: never;
        /**
         * Let somebody into the portal
         * @description Made by your server for a person who is signed in there; `preset` is `viewer` unless said. The session may do no more than the key that makes it, ends no later, and is revoked with it. With `endpoints` it reads and changes those only, and sees events as they are composed for them.
         *
         *     A tenant’s key needs the scope `portal:write`.
         */
        post: operations["createPortalSession"];
        /**
         * Revoke a portal session, or all of the tenant’s environment
         * @description They stop working within 3 seconds.
         *
         *     A tenant’s key needs the scope `portal:write`.
         */
        delete: operations["revokePortalSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/console-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the sessions of the console that have not ended, oldest first
         * @description Only the operator may call this.
         */
        get: operations["listConsoleSessions"];
        put?: never;
        /**
         * Exchange the operator’s key for a session of the console
         * @description The session acts as the operator does, as far as its role goes: a viewer reads all but secrets, support also repairs what failed, an admin does everything. A session makes no other.
         *
         *     Only the operator may call this.
         */
        post: operations["createConsoleSession"];
        /**
         * Revoke a session of the console, or all
         * @description They stop working within 3 seconds, and with them the portal sessions that they made.
         *
         *     Only the operator may call this.
         */
        delete: operations["revokeConsoleSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End the session that the request is made with
         * @description Any valid key may call this, whatever its scopes.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/console-sessions/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where people of the operator sign in to the console
         * @description Needs no key.
         */
        get: operations["getSignIn"];
        put?: never;
        /**
         * Sign in to the console with a code of the identity provider
         * @description The code is redeemed with the PKCE verifier, the ID token is verified, and its claim is mapped to a role. The session lasts for an hour at most.
         *
         *     Needs no key.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a tenant
         * @description Only the operator may call this.
         */
        get: operations["getTenant"];
        /**
         * Create a tenant, or change its name
         * @description Only the operator may call this.
         */
        put: operations["putTenant"];
        post?: never;
        /**
         * Delete a tenant, and remove its data permanently
         * @description The tenant’s keys and endpoints stop working at once. Its data is removed in the background; `erasure` shows the progress. Repeating the call is harmless.
         *
         *     Only the operator may call this.
         */
        delete: operations["deleteTenant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tenants by id
         * @description Only the operator may call this.
         */
        get: operations["listTenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the stack’s or a tenant’s signing keys
         * @description A tenant’s key needs the scope `endpoints:read`, and means its own.
         */
        get: operations["listSigningKeys"];
        put?: never;
        /**
         * Import a private key
         * @description The key becomes the stack’s and succeeds the current key of its algorithm. It signs at once, unless `leadSeconds` delays it. Events of `test` need a key of their own.
         *
         *     Only the operator may call this.
         */
        post: operations["bringSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a signing key
         * @description Creates the key’s successor. It is published at once, and signs after `leadSeconds`, when receivers have had time to fetch it.
         *
         *     A tenant’s key needs the scope `secrets:write`, and means its own.
         */
        post: operations["rotateSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys as a JWK set
         * @description Needs no key.
         */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/keys/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A public key as PEM
         * @description Needs no key.
         */
        get: operations["getPublicKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/{tenant}/{environment}/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A tenant’s public keys as a JWK set
         * @description Receivers of the tenant’s endpoints verify with these, and with no others.
         *
         *     Needs no key.
         */
        get: operations["getTenantJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/{tenant}/{environment}/keys/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A tenant’s public key as PEM
         * @description Needs no key.
         */
        get: operations["getTenantPublicKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sealing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the versions of the sealing key
         * @description Only the operator may call this.
         */
        get: operations["getSealingKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sealing-keys/reseal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reseal everything under the current version
         * @description One call works for at most 15 seconds. Send `next` as `cursor` until it is null. Repeating the call is harmless.
         *
         *     Only the operator may call this.
         */
        post: operations["reseal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/egress.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the addresses that requests to receivers come from
         * @description The list is empty if the addresses are not fixed.
         *
         *     Needs no key.
         */
        get: operations["getEgressAddresses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that the API answers
         * @description Needs no key.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The OpenAPI document
         * @description Needs no key.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API reference as a web page
         * @description Needs no key.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file of the API reference
         * @description Needs no key.
         */
        get: operations["getDocsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how many messages the queues hold
         * @description As SQS counts them, about a minute late and approximately. How old the oldest message is, only CloudWatch knows.
         *
         *     Only the operator may call this.
         */
        get: operations["getQueues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List messages that could not be processed
         * @description Returns some of the messages, in no particular order, and removes none. A returned message is hidden for five seconds.
         *
         *     Only the operator may call this.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send dead letters back to their queue
         * @description Each message is sent before it is deleted: a crash in between duplicates it, and loses nothing.
         *
         *     Only the operator may call this.
         */
        post: operations["redriveDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Accepted: {
            /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description Whether an earlier request with this idempotency key created the event. */
            duplicate: boolean;
        };
        AnalyticsOfAttempts: {
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            /** @description Whether every hour of the window is over and counted: false while one that got further attempts since is still to be counted again. */
            complete: boolean;
            /** @description What the hours that are not counted yet come from: all deliveries of the endpoint, or its newest. Null if there are none, or if they are not of one endpoint. */
            live: ("exact" | "sampled") | null;
            /** @description Up to when the current hour is counted. */
            asOf: string | null;
            /**
             * @description Whether the points consist of whole hours. Everything but the counts, averages and ends of points without groups is made of whole hours; where a day begins within one, of the nearest.
             * @enum {string}
             */
            percentiles: "exact hours" | "nearest hours";
            /** @description Hours in which the `type` was not among the largest that are told apart, so that it may have more than is counted. Of a day in which further types came, all 24. */
            uncertainHours: number;
            data: {
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                at: string;
                group: string | null;
                count: number;
                success: number;
                failure: number;
                successRate: number | null;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
                outcomes: {
                    [key: string]: number;
                };
            }[];
        };
        AnalyticsOfDeliveries: {
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            /** @description Whether every hour of the window is over and counted: false while one that got further attempts since is still to be counted again. */
            complete: boolean;
            /** @description What the hours that are not counted yet come from: all deliveries of the endpoint, or its newest. Null if there are none, or if they are not of one endpoint. */
            live: ("exact" | "sampled") | null;
            /** @description Up to when the current hour is counted. */
            asOf: string | null;
            /**
             * @description Whether the points consist of whole hours. Everything but the counts, averages and ends of points without groups is made of whole hours; where a day begins within one, of the nearest.
             * @enum {string}
             */
            percentiles: "exact hours" | "nearest hours";
            /** @description Hours in which the `type` was not among the largest that are told apart, so that it may have more than is counted. Of a day in which further types came, all 24. */
            uncertainHours: number;
            data: {
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                at: string;
                group: string | null;
                delivered: number;
                dead: number;
                cancelled: number;
                deliveredRate: number | null;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
                ends: {
                    [key: string]: number;
                };
            }[];
        };
        AnalyticsOfLatency: {
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            /** @description Whether every hour of the window is over and counted: false while one that got further attempts since is still to be counted again. */
            complete: boolean;
            /** @description What the hours that are not counted yet come from: all deliveries of the endpoint, or its newest. Null if there are none, or if they are not of one endpoint. */
            live: ("exact" | "sampled") | null;
            /** @description Up to when the current hour is counted. */
            asOf: string | null;
            /**
             * @description Whether the points consist of whole hours. Everything but the counts, averages and ends of points without groups is made of whole hours; where a day begins within one, of the nearest.
             * @enum {string}
             */
            percentiles: "exact hours" | "nearest hours";
            /** @description Hours in which the `type` was not among the largest that are told apart, so that it may have more than is counted. Of a day in which further types came, all 24. */
            uncertainHours: number;
            data: {
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                at: string;
                count: number;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
                phases: {
                    dnsMs: number | null;
                    connectMs: number | null;
                    tlsMs: number | null;
                    firstByteMs: number | null;
                };
                keptConnections: number;
                buckets: {
                    /** Format: double */
                    fromMs: number;
                    /** Format: double */
                    toMs: number;
                    count: number;
                }[];
            }[];
        };
        AnalyticsOfRetries: {
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            /** @description Whether every hour of the window is over and counted: false while one that got further attempts since is still to be counted again. */
            complete: boolean;
            /** @description What the hours that are not counted yet come from: all deliveries of the endpoint, or its newest. Null if there are none, or if they are not of one endpoint. */
            live: ("exact" | "sampled") | null;
            /** @description Up to when the current hour is counted. */
            asOf: string | null;
            /**
             * @description Whether the points consist of whole hours. Everything but the counts, averages and ends of points without groups is made of whole hours; where a day begins within one, of the nearest.
             * @enum {string}
             */
            percentiles: "exact hours" | "nearest hours";
            /** @description Hours in which the `type` was not among the largest that are told apart, so that it may have more than is counted. Of a day in which further types came, all 24. */
            uncertainHours: number;
            data: {
                /** @description The number of the attempt in its run: `4-5` is two. */
                attempt: string;
                attempts: number;
                successes: number;
                successRate: number | null;
                /** @description Deliveries that needed so many attempts. */
                delivered: number;
                deliveredShare: number | null;
            }[];
        };
        AnalyticsSummary: {
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            asOf: string | null;
            complete: boolean;
            now: {
                attempts: number;
                success: number;
                failure: number;
                successRate: number | null;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
                delivered: number;
                dead: number;
                cancelled: number;
                outcomes: {
                    [key: string]: number;
                };
            };
            /** @description The same length of time before. */
            before: {
                attempts: number;
                success: number;
                failure: number;
                successRate: number | null;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
                delivered: number;
                dead: number;
                cancelled: number;
                outcomes: {
                    [key: string]: number;
                };
            };
            hours: {
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                at: string;
                count: number;
                success: number;
            }[];
            /** @description Of a tenant, its endpoints with most failures; of the stack, the leaders of the last hour. */
            endpoints: {
                tenant: string;
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint: string;
                attempts: number;
                failures: number;
                p95Ms: number | null;
            }[];
        };
        Attempt: {
            number: number;
            run: number;
            /** @enum {string} */
            cause: "first" | "immediate" | "curve" | "manual" | "replay" | "probe";
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            at: string;
            /** Format: double */
            durationMs: number;
            /** @description `http_<status>`, or the kind of failure. */
            outcome: string;
            responseStatus: number | null;
            detail: string | null;
            timings: components["schemas"]["Timings"];
        };
        AuthenticationInput: {
            /** @constant */
            type: "bearer";
            token: string;
        } | {
            /** @constant */
            type: "basic";
            username: string;
            password: string;
        } | {
            /** @constant */
            type: "header";
            name: string;
            value: string;
        };
        AutoPause: boolean | components["schemas"]["AutoPauseRule"];
        AutoPauseInput: boolean | components["schemas"]["AutoPauseRuleInput"];
        AutoPauseRule: {
            /** @default 100 */
            failures: number;
            /** @default 86400 */
            overSeconds: number;
        };
        AutoPauseRuleInput: {
            /** @default 100 */
            failures?: number;
            /** @default 86400 */
            overSeconds?: number;
        };
        BatchEventInput: {
            /** @description Types that begin with `posthorn.` are reserved. */
            type: string;
            data: Record<string, unknown>;
            /** Format: date-time */
            occurredAt?: string;
            tenant?: string;
            subject?: string;
            channels?: string[];
            idempotencyKey?: string;
        };
        BatchInput: {
            events: components["schemas"]["BatchEventInput"][];
        };
        ChangeMany: {
            filter: components["schemas"]["EndpointFilter"];
            changes: {
                contractOptions?: {
                    [key: string]: unknown;
                } | null;
                eventTypes?: string[] | null;
                channels?: string[] | null;
                filter?: components["schemas"]["Filter"] | null;
                transform?: components["schemas"]["TransformInput"] | null;
                method?: ("POST" | "PUT" | "PATCH") | null;
                headers?: {
                    [key: string]: string;
                } | null;
                timeoutMs?: number | null;
                retryPolicy?: components["schemas"]["RetryPolicyInput"] | null;
                autoPause?: components["schemas"]["AutoPauseInput"] | null;
                maxPerSecond?: number | null;
                polling?: boolean | null;
                description?: string | null;
                template?: string | null;
                verifyUrl?: boolean | null;
                signingKey?: ("tenant" | "stack") | null;
                signatures?: components["schemas"]["ExtraSignatureInput"][] | null;
                ownSignature?: boolean | null;
                encryption?: {
                    jwk: {
                        /** @enum {string} */
                        kty: "RSA" | "EC" | "OKP";
                        kid?: string;
                        n?: string;
                        e?: string;
                        /** @enum {string} */
                        crv?: "P-256" | "P-384" | "P-521" | "X25519";
                        x?: string;
                        y?: string;
                    } & {
                        [key: string]: unknown;
                    };
                    /** @enum {string} */
                    alg?: "RSA-OAEP-256" | "ECDH-ES";
                    /**
                     * @default A256GCM
                     * @constant
                     */
                    enc?: "A256GCM";
                } | null;
                authentication?: components["schemas"]["AuthenticationInput"][] | null;
                renameHeaders?: {
                    [key: string]: string;
                } | null;
                tls?: {
                    ca?: string;
                    clientCertificate?: string;
                    clientKey?: string;
                    /**
                     * @default TLSv1.2
                     * @enum {string}
                     */
                    minVersion?: "TLSv1.2" | "TLSv1.3";
                } | null;
                timingHeaders?: boolean | null;
                addEventTypes?: string[];
                removeEventTypes?: string[];
                addChannels?: string[];
                removeChannels?: string[];
            };
            dryRun?: boolean;
            limit?: number;
            cursor?: string;
        };
        ChangedEndpoints: {
            matched: number;
            changed: number;
            unchanged: number;
            failed: number;
            dryRun: boolean;
            results: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint: string;
                /** @enum {string} */
                outcome: "changed" | "unchanged" | "failed";
                error?: components["schemas"]["Problem"];
            }[];
            next: string | null;
        };
        Comparison: {
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            endpoint: string;
            /**
             * Format: date-time
             * @description When it was changed.
             * @example 2026-01-31T09:30:00.000Z
             */
            at: string;
            /** @description The length of each window. */
            hours: number;
            /** @description Whether every hour of the window is over and counted: false while one that got further attempts since is still to be counted again. */
            complete: boolean;
            /** @description What the hours that are not counted yet come from: all deliveries of the endpoint, or its newest. Null if there are none, or if they are not of one endpoint. */
            live: ("exact" | "sampled") | null;
            data: {
                /** @enum {string} */
                period: "before" | "after";
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                since: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                until: string;
                attempts: number;
                success: number;
                failure: number;
                successRate: number | null;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
                delivered: number;
                dead: number;
                cancelled: number;
                outcomes: {
                    [key: string]: number;
                };
                deliveredRate: number | null;
                /** @description Attempts after the first of their run. */
                retries: number;
                /** @description Of all attempts. */
                retryShare: number | null;
                /** @description The share of first attempts that succeeded. */
                firstAttemptRate: number | null;
            }[];
            /** @description After minus before; null where one of both is. */
            difference: {
                successRate: number | null;
                deliveredRate: number | null;
                retryShare: number | null;
                firstAttemptRate: number | null;
                avgMs: number | null;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
            };
        };
        ComposedEvent: {
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            endpoint: string;
            contentType: string;
            /** @description The text of the body, without a signature or a time of sending that it may hold. */
            body: string | null;
            /** @description Why there is no body. */
            missing: ("encrypted" | "unshapeable" | "redacted" | "deleted" | "too_large") | null;
        };
        ConsoleSession: {
            /** @example ses_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description Who uses it, as its maker says. */
            actor: string | null;
            /** @description The id of the key or session that made it, with which it ends; null for the operator’s key and for a sign-in. */
            madeBy: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            expiresAt: string;
            /** @enum {string} */
            role: "viewer" | "support" | "admin";
            /**
             * @description How it was made: with the operator’s key, or by the identity provider.
             * @enum {string}
             */
            signIn: "key" | "oidc";
            /** @description The address that it was made from. */
            from: string | null;
        };
        ConsoleSessionInput: {
            /**
             * @default admin
             * @enum {string}
             */
            role?: "viewer" | "support" | "admin";
            /** @default 28800 */
            expiresInSeconds?: number;
            actor?: string;
        };
        CreatedConsoleSession: {
            /** @example ses_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description Who uses it, as its maker says. */
            actor: string | null;
            /** @description The id of the key or session that made it, with which it ends; null for the operator’s key and for a sign-in. */
            madeBy: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            expiresAt: string;
            /** @enum {string} */
            role: "viewer" | "support" | "admin";
            /**
             * @description How it was made: with the operator’s key, or by the identity provider.
             * @enum {string}
             */
            signIn: "key" | "oidc";
            /** @description The address that it was made from. */
            from: string | null;
            /** @description Sent as a key is: `Authorization: Bearer <token>`. */
            token: string;
            /** @description Opens the page with this session. The token is in the fragment, which no server sees. */
            url: string;
        };
        CreatedEndpoints: {
            results: ({
                endpoint: components["schemas"]["Endpoint"];
            } | {
                error: components["schemas"]["Problem"];
            })[];
        };
        CreatedKey: {
            /** @example key_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description The key that made it, and with which it is revoked; null if the operator made it. */
            parent: string | null;
            /** @description The person whose session of the console made it, shown to the operator only; null if the operator’s key or another key made it. The key stays when the person is gone. */
            createdBy: {
                /** @description As the session says. */
                actor: string | null;
                /** @description Where that person signed in by the identity provider: its `sub`. */
                subject: string | null;
            } | null;
            name: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            scopes: ("events:write" | "events:read" | "events:redact" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write" | "keys:write" | "portal:write")[];
            hint: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description Rounded to the hour; it may lag by up to an hour. */
            lastUsedAt: string | null;
            key: string;
        };
        CreatedPortalSession: {
            /** @example ses_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description Who uses it, as its maker says. */
            actor: string | null;
            /** @description The id of the key or session that made it, with which it ends; null for the operator’s key and for a sign-in. */
            madeBy: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            expiresAt: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            scopes: ("events:read" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write")[];
            /** @description The only endpoints that there are for it; null for all of the tenant’s. */
            endpoints: string[] | null;
            /** @description The only origin whose page may hand the token to the portal. */
            embedOrigin: string | null;
            /** @description Sent as a key is: `Authorization: Bearer <token>`. */
            token: string;
            /** @description Opens the page with this session. The token is in the fragment, which no server sees. */
            url: string;
        };
        CurrentKey: {
            /** @enum {string} */
            kind: "operator" | "tenant";
            tenant: string | null;
            environment: components["schemas"]["Environment"] | null;
            scopes: ("events:write" | "events:read" | "events:redact" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write" | "keys:write" | "portal:write")[];
            key: components["schemas"]["Key"] | null;
            /** @description Where the request is made with a session, and not with a key. */
            session: (components["schemas"]["PortalSession"] | components["schemas"]["ConsoleSession"]) | null;
        };
        CustomRetryPolicy: {
            /** @default false */
            immediate: boolean;
            /** @default [] */
            steps: components["schemas"]["RetryStep"][];
            maxRetries?: number;
            /**
             * Format: double
             * @default 0
             */
            jitter: number;
            retryOn?: string[];
        };
        CustomRetryPolicyInput: {
            /** @default false */
            immediate?: boolean;
            /** @default [] */
            steps?: components["schemas"]["RetryStep"][];
            maxRetries?: number;
            /**
             * Format: double
             * @default 0
             */
            jitter?: number;
            retryOn?: string[];
        };
        DeadLetter: {
            id: string;
            /** @enum {string} */
            queue: "events" | "wakes";
            /** @description Whether the message has a format that Posthorn writes. */
            readable: boolean;
            tenant: string | null;
            environment: components["schemas"]["Environment"] | null;
            event: string | null;
            type: string | null;
            endpoint: string | null;
            replay: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            sentAt: string;
            receives: number;
            bytes: number;
            /** @description The beginning of an unreadable message; null for a readable one. */
            body: string | null;
        };
        DeadLetters: {
            data: components["schemas"]["DeadLetter"][];
            /** @description Always null. */
            next: string | null;
        };
        Delivery: {
            /** @example dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
            event: string;
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            endpoint: string;
            type: string;
            /** @enum {string} */
            status: "pending" | "waiting" | "held" | "delivered" | "dead" | "cancelled";
            run: number;
            /** @description The newest 200, oldest first; `number` counts all that were made. */
            attempts: components["schemas"]["Attempt"][];
            nextAttemptAt: string | null;
            deadlineAt: string | null;
            deathReason: ("attempts" | "deadline" | "final_outcome" | "transform_failed" | "event_expired") | null;
            /** @description The version of the transformation that all its attempts use; null if its data goes as it came. */
            transformVersion: string | null;
            /** @description The replay that opened this run. */
            replay: string | null;
            subject: string | null;
            occurredAt: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            acceptedAt: string;
            firstAttemptAt: string | null;
            deliveredAt: string | null;
            /** @description The request of the latest attempt. It may be null for a successful delivery: see the docs. */
            lastRequest: {
                /** @description As they were sent, signatures included, with credentials masked. */
                headers: {
                    [key: string]: string;
                };
                complete: boolean;
            } | null;
            lastResponse: {
                status: number;
                headers: {
                    [key: string]: string;
                };
                /** @description The first 1 KiB of the body. */
                body: string;
            } | null;
            /** @description When its personal data was removed permanently. */
            redactedAt: string | null;
        };
        EgressAddresses: {
            addresses: string[];
        };
        Endpoint: {
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            url: string | null;
            recipients: components["schemas"]["Recipient"][] | null;
            /** @enum {string} */
            contract: "standard-webhooks" | "bynn" | "kyc-hmac" | "bronid" | "idnow" | "slack" | "teams" | "discord" | "email";
            contractOptions: Record<string, unknown>;
            eventTypes: string[];
            channels: string[];
            filter: {
                [key: string]: unknown;
            } | null;
            transform: components["schemas"]["Transform"] | null;
            /** @enum {string} */
            method: "POST" | "PUT" | "PATCH";
            headers: {
                [key: string]: string;
            };
            timeoutMs: number;
            retryPolicy: components["schemas"]["RetryPolicy"];
            autoPause: components["schemas"]["AutoPause"];
            maxPerSecond: number | null;
            polling: boolean;
            description: string;
            /** @description 28 asterisks, then the last four characters of the secret. */
            secret: string;
            token: string | null;
            /**
             * @description Whose key signs. The stack’s signs only what the operator’s key posted.
             * @enum {string}
             */
            signingKey: "tenant" | "stack";
            signatures: components["schemas"]["ExtraSignature"][];
            ownSignature: boolean;
            encryption: {
                jwk: {
                    /** @enum {string} */
                    kty: "RSA" | "EC" | "OKP";
                    kid?: string;
                    n?: string;
                    e?: string;
                    crv?: string;
                    x?: string;
                    y?: string;
                };
                /** @enum {string} */
                alg: "RSA-OAEP-256" | "ECDH-ES";
                /** @constant */
                enc: "A256GCM";
            } | null;
            /** @description As they were given, with secrets masked. */
            authentication: {
                [key: string]: string;
            }[];
            renameHeaders: {
                [key: string]: string;
            };
            timingHeaders: boolean;
            /** @description The endpoint’s own certificates, never the private key. */
            tls: components["schemas"]["EndpointTls"] | null;
            /** @description The template that the endpoint inherits from. */
            template: string | null;
            /** @description The names of the settings that the endpoint sets itself. It inherits the others from its template. */
            own: string[] | null;
            verifyUrl: boolean;
            /** @description When the URL was verified. */
            verifiedAt: string | null;
            /** @enum {string} */
            status: "active" | "paused" | "unverified" | "deleted";
            health: components["schemas"]["EndpointHealth"];
            environment: components["schemas"]["Environment"];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /** @description What its receivers may stumble over. */
            warnings: components["schemas"]["Warning"][];
        };
        EndpointChanges: {
            url?: string | null;
            recipients?: string[] | null;
            contractOptions?: {
                [key: string]: unknown;
            } | null;
            eventTypes?: string[] | null;
            channels?: string[] | null;
            filter?: components["schemas"]["Filter"] | null;
            transform?: components["schemas"]["TransformInput"] | null;
            method?: ("POST" | "PUT" | "PATCH") | null;
            headers?: {
                [key: string]: string;
            } | null;
            timeoutMs?: number | null;
            retryPolicy?: components["schemas"]["RetryPolicyInput"] | null;
            autoPause?: components["schemas"]["AutoPauseInput"] | null;
            maxPerSecond?: number | null;
            polling?: boolean | null;
            description?: string | null;
            template?: string | null;
            verifyUrl?: boolean | null;
            signingKey?: ("tenant" | "stack") | null;
            signatures?: components["schemas"]["ExtraSignatureInput"][] | null;
            ownSignature?: boolean | null;
            encryption?: {
                jwk: {
                    /** @enum {string} */
                    kty: "RSA" | "EC" | "OKP";
                    kid?: string;
                    n?: string;
                    e?: string;
                    /** @enum {string} */
                    crv?: "P-256" | "P-384" | "P-521" | "X25519";
                    x?: string;
                    y?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @enum {string} */
                alg?: "RSA-OAEP-256" | "ECDH-ES";
                /**
                 * @default A256GCM
                 * @constant
                 */
                enc?: "A256GCM";
            } | null;
            authentication?: components["schemas"]["AuthenticationInput"][] | null;
            renameHeaders?: {
                [key: string]: string;
            } | null;
            tls?: {
                ca?: string;
                clientCertificate?: string;
                clientKey?: string;
                /**
                 * @default TLSv1.2
                 * @enum {string}
                 */
                minVersion?: "TLSv1.2" | "TLSv1.3";
            } | null;
            timingHeaders?: boolean | null;
        };
        EndpointFilter: {
            ids?: string[];
            /** @enum {string} */
            contract?: "standard-webhooks" | "bynn" | "kyc-hmac" | "bronid" | "idnow" | "slack" | "teams" | "discord" | "email";
            /** @description The template’s id or name. */
            template?: string;
            /** @example hooks.acme.io */
            urlHost?: string;
            /** @description Only endpoints whose patterns match this event type. */
            eventType?: string;
            /** @description Only endpoints that are bound to this channel. */
            channel?: string;
        };
        EndpointHealth: {
            /** @enum {string} */
            state: "healthy" | "tripped" | "paused" | "recovering";
            /** @description Failed attempts since the last success. */
            failures: number;
            failingSince: string | null;
            lastSuccessAt: string | null;
            pausedBy: ("user" | "gone" | "failures" | "verification") | null;
            nextProbeAt: string | null;
        };
        EndpointInput: {
            /** Format: uri */
            url?: string;
            /** @description Of the contract email, in the place of a URL. Each is asked by a mail first. */
            recipients?: string[];
            /**
             * @default standard-webhooks
             * @enum {string}
             */
            contract?: "standard-webhooks" | "bynn" | "kyc-hmac" | "bronid" | "idnow" | "slack" | "teams" | "discord" | "email";
            /** @default {} */
            contractOptions?: {
                [key: string]: unknown;
            };
            /** @default [] */
            eventTypes?: string[];
            /** @default [] */
            channels?: string[];
            filter?: components["schemas"]["Filter"];
            transform?: components["schemas"]["TransformInput"];
            /**
             * @default POST
             * @enum {string}
             */
            method?: "POST" | "PUT" | "PATCH";
            /** @default {} */
            headers?: {
                [key: string]: string;
            };
            /** @default 10000 */
            timeoutMs?: number;
            retryPolicy?: components["schemas"]["RetryPolicyInput"];
            /** @description Unless said, true. */
            autoPause?: components["schemas"]["AutoPauseInput"];
            /** Format: double */
            maxPerSecond?: number;
            /** @default false */
            polling?: boolean;
            /** @default  */
            description?: string;
            secret?: string;
            template?: string;
            verifyUrl?: boolean;
            token?: string;
            /** @enum {string} */
            signingKey?: "tenant" | "stack";
            /** @default [] */
            signatures?: components["schemas"]["ExtraSignatureInput"][];
            /** @default true */
            ownSignature?: boolean;
            encryption?: {
                jwk: {
                    /** @enum {string} */
                    kty: "RSA" | "EC" | "OKP";
                    kid?: string;
                    n?: string;
                    e?: string;
                    /** @enum {string} */
                    crv?: "P-256" | "P-384" | "P-521" | "X25519";
                    x?: string;
                    y?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @enum {string} */
                alg?: "RSA-OAEP-256" | "ECDH-ES";
                /**
                 * @default A256GCM
                 * @constant
                 */
                enc?: "A256GCM";
            };
            /** @default [] */
            authentication?: components["schemas"]["AuthenticationInput"][];
            /** @default {} */
            renameHeaders?: {
                [key: string]: string;
            };
            tls?: {
                ca?: string;
                clientCertificate?: string;
                clientKey?: string;
                /**
                 * @default TLSv1.2
                 * @enum {string}
                 */
                minVersion?: "TLSv1.2" | "TLSv1.3";
            };
            /** @default false */
            timingHeaders?: boolean;
        };
        EndpointInputs: {
            endpoints: components["schemas"]["EndpointInput"][];
        };
        EndpointSecret: {
            /** @description The secret; for an asymmetric key, its public half (`whpk_...`); for a chat, its URL. */
            secret: string;
            /** @description When the previous secrets stop signing. */
            previousValidUntil: string | null;
            /** @description Its `keyid` in HTTP message signatures, where it makes one. */
            keyId?: string;
            /** @description The label of its HTTP message signature, as long as it signs. */
            label?: string;
        };
        EndpointTls: {
            ca: {
                subject: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                expiresAt: string;
                /** @description SHA-256, in hexadecimal with colons. */
                fingerprint: string;
            }[];
            clientCertificate: {
                subject: string;
                /**
                 * Format: date-time
                 * @example 2026-01-31T09:30:00.000Z
                 */
                expiresAt: string;
                /** @description SHA-256, in hexadecimal with colons. */
                fingerprint: string;
            } | null;
            /** @enum {string} */
            minVersion: "TLSv1.2" | "TLSv1.3";
        };
        /** @enum {string} */
        Environment: "live" | "test";
        Event: {
            /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            type: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            acceptedAt: string;
            /** @description As the producer sent it. */
            occurredAt: string | null;
            subject: string | null;
            channels: string[];
            /** @description When its data and subject were removed permanently. */
            redactedAt: string | null;
        };
        EventFeed: {
            data: components["schemas"]["PolledEvent"][];
            /** @description Always present: send it as `after` with the next request. */
            next: string;
            /** @description Whether more entries can be read now. */
            more: boolean;
        };
        EventInput: {
            /** @description Types that begin with `posthorn.` are reserved. */
            type: string;
            data: Record<string, unknown>;
            /** Format: date-time */
            occurredAt?: string;
            tenant?: string;
            subject?: string;
            channels?: string[];
        };
        EventType: {
            name: string;
            description: string;
            /** @description JSON Schema 2020-12 of the data: an object, true or false; or null. */
            schema: unknown;
            example: Record<string, unknown> | null;
            /** @enum {string} */
            onMismatch: "accept" | "refuse";
            public: boolean;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            updatedAt: string;
        };
        EventTypeInput: {
            /** @default  */
            description?: string;
            /** @description JSON Schema 2020-12 of the data: an object, true or false. */
            schema?: unknown;
            /** @description Must match the schema. */
            example?: Record<string, unknown>;
            /**
             * @default accept
             * @enum {string}
             */
            onMismatch?: "accept" | "refuse";
            /** @default false */
            public?: boolean;
        };
        EventWithData: {
            /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            type: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            acceptedAt: string;
            /** @description As the producer sent it. */
            occurredAt: string | null;
            subject: string | null;
            channels: string[];
            /** @description When its data and subject were removed permanently. */
            redactedAt: string | null;
            /** @description Byte for byte as it was sent; null once the event is redacted, and for a session for certain endpoints. */
            data: Record<string, unknown> | null;
        };
        EventWithDeliveries: {
            /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            type: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            acceptedAt: string;
            /** @description As the producer sent it. */
            occurredAt: string | null;
            subject: string | null;
            channels: string[];
            /** @description When its data and subject were removed permanently. */
            redactedAt: string | null;
            /** @description Null if no routing rule matched the event when it was accepted. */
            routing: {
                /** @description By which endpoints were matched. */
                channels: string[];
                /** @description The rules that matched, by their index. */
                rules: number[];
            } | null;
            /** @description The first 100 deliveries, ordered by endpoint. */
            deliveries: components["schemas"]["Delivery"][];
            /** @description Send it as `cursor` to `GET /v1/deliveries?event=` to get the others. */
            deliveriesNext: string | null;
            /** @description Byte for byte as it was sent; null once the event is redacted, and for a session for certain endpoints. */
            data: Record<string, unknown> | null;
            /** @description For a session for certain endpoints: the event as each of them receives it, in the place of `data`. */
            composed?: components["schemas"]["ComposedEvent"][];
        };
        ExtraSignature: {
            /** @constant */
            scheme: "http-message";
            /**
             * @default ed25519
             * @enum {string}
             */
            algorithm: "ed25519" | "rsa-v1_5-sha256" | "hmac-sha256";
            /** @default posthorn */
            label: string;
            /** @default posthorn-webhook */
            tag: string;
            /** @default [] */
            headers: string[];
        } | {
            /** @constant */
            scheme: "v1a";
        } | {
            /** @constant */
            scheme: "standard-webhooks";
        } | {
            /** @constant */
            scheme: "kyc-hmac";
            /**
             * @default body
             * @enum {string}
             */
            signedContent: "body" | "timestamp.body";
        } | {
            /** @constant */
            scheme: "bronid";
        } | {
            /** @constant */
            scheme: "idnow";
            /** @default Authorization */
            headerName: string;
            /** @default Bearer */
            prefix: string;
        };
        ExtraSignatureInput: {
            /** @constant */
            scheme: "http-message";
            /**
             * @default ed25519
             * @enum {string}
             */
            algorithm?: "ed25519" | "rsa-v1_5-sha256" | "hmac-sha256";
            /** @default posthorn */
            label?: string;
            /** @default posthorn-webhook */
            tag?: string;
            /** @default [] */
            headers?: string[];
        } | {
            /** @constant */
            scheme: "v1a";
        } | {
            /** @constant */
            scheme: "standard-webhooks";
        } | {
            /** @constant */
            scheme: "kyc-hmac";
            /**
             * @default body
             * @enum {string}
             */
            signedContent?: "body" | "timestamp.body";
        } | {
            /** @constant */
            scheme: "bronid";
        } | {
            /** @constant */
            scheme: "idnow";
            /** @default Authorization */
            headerName?: string;
            /** @default Bearer */
            prefix?: string;
        };
        /** @description A pattern over the data, in the event-pattern language of Amazon EventBridge. */
        Filter: Record<string, unknown>;
        GatewayAnswer: {
            message: string;
        };
        Health: {
            /** @constant */
            status: "ok";
        };
        IssueMark: {
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            endpoint: string;
            outcome: string;
            /** @enum {string} */
            state: "acknowledged" | "muted" | "open";
            reason: string;
            /** @description The actor of a session, the name of a key, or `operator`: its people are not shown to others. */
            by: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            at: string;
            /** @description When it is open again by itself. */
            until: string | null;
        };
        IssueMarkInput: {
            outcome: string;
            /** @enum {string} */
            state: "acknowledged" | "muted" | "open";
            /** @default  */
            reason?: string;
            /**
             * Format: date-time
             * @description Required unless `state` is `open`.
             */
            until?: string;
        };
        IssueMarks: {
            data: components["schemas"]["IssueMark"][];
            /** @description Always null. */
            next: string | null;
        };
        Jwks: {
            keys: components["schemas"]["PublicJwk"][];
        };
        Key: {
            /** @example key_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description The key that made it, and with which it is revoked; null if the operator made it. */
            parent: string | null;
            /** @description The person whose session of the console made it, shown to the operator only; null if the operator’s key or another key made it. The key stays when the person is gone. */
            createdBy: {
                /** @description As the session says. */
                actor: string | null;
                /** @description Where that person signed in by the identity provider: its `sub`. */
                subject: string | null;
            } | null;
            name: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            scopes: ("events:write" | "events:read" | "events:redact" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write" | "keys:write" | "portal:write")[];
            hint: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            expiresAt: string | null;
            revokedAt: string | null;
            /** @description Rounded to the hour; it may lag by up to an hour. */
            lastUsedAt: string | null;
        };
        KeyInput: {
            /** @default key */
            name?: string;
            scopes?: ("events:write" | "events:read" | "events:redact" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write" | "keys:write" | "portal:write")[];
            /** @enum {string} */
            preset?: "producer" | "manager" | "reader";
            /** Format: date-time */
            expiresAt?: string;
        };
        NoticeSettings: {
            /** @description What every notice carries: endpoints may be bound to them. */
            channels: string[];
            /** @description What is told. */
            kinds: ("endpoint.failing" | "endpoint.paused" | "endpoint.recovered" | "endpoint.slow" | "certificate.expiring" | "deliveries.dead")[];
            /** @example Europe/Berlin */
            timeZone: string;
            /** @description Nothing is told in these hours; it is told when they end. */
            quietHours: {
                /** @example 22:00 */
                from: string;
                /** @example 22:00 */
                to: string;
            } | null;
            /** @description The time of day of the daily digest; null for none. */
            digest: {
                /** @example 22:00 */
                at: string;
            } | null;
            /** @description The 95th percentile of response times from which on an endpoint is slow. */
            slowAboveMs: number;
            /**
             * @description The page that notices link to, such as the one that embeds the portal; `{endpoint}` in it stands for the endpoint’s id.
             * @example https://app.example.com/webhooks/{endpoint}
             */
            link: string | null;
            /** @description What is different for some endpoints, by their ids. */
            endpoints: {
                [key: string]: {
                    kinds?: ("endpoint.failing" | "endpoint.paused" | "endpoint.recovered" | "endpoint.slow" | "certificate.expiring" | "deliveries.dead")[];
                    slowAboveMs?: number;
                };
            };
            /**
             * @description What people read in chats and mails, by kind, in place of the English words; `{{name}}` and the like stand for members of the notice.
             * @example {
             *       "endpoint.paused": {
             *         "title": "{{name}} ist angehalten",
             *         "text": "Seit {{since}}.\nEs warten {{waiting}} Zustellungen.",
             *         "link": "Ansehen"
             *       }
             *     }
             */
            words?: {
                [key: string]: {
                    title: string;
                    /** @description Each line is a paragraph; one that names what the notice does not have is left out. */
                    text: string;
                    /** @description The words of the link, without placeholders. */
                    link?: string;
                };
            };
        };
        NoticeSettingsInput: {
            /**
             * @description What every notice carries: endpoints may be bound to them.
             * @default []
             */
            channels?: string[];
            /**
             * @description What is told.
             * @default [
             *       "endpoint.failing",
             *       "endpoint.paused",
             *       "endpoint.recovered",
             *       "endpoint.slow",
             *       "certificate.expiring",
             *       "deliveries.dead"
             *     ]
             */
            kinds?: ("endpoint.failing" | "endpoint.paused" | "endpoint.recovered" | "endpoint.slow" | "certificate.expiring" | "deliveries.dead")[];
            /**
             * @default UTC
             * @example Europe/Berlin
             */
            timeZone?: string;
            /**
             * @description Nothing is told in these hours; it is told when they end.
             * @default null
             */
            quietHours?: {
                /** @example 22:00 */
                from: string;
                /** @example 22:00 */
                to: string;
            } | null;
            /**
             * @description The time of day of the daily digest; null for none.
             * @default null
             */
            digest?: {
                /** @example 22:00 */
                at: string;
            } | null;
            /**
             * @description The 95th percentile of response times from which on an endpoint is slow.
             * @default 5000
             */
            slowAboveMs?: number;
            /**
             * @description The page that notices link to, such as the one that embeds the portal; `{endpoint}` in it stands for the endpoint’s id.
             * @default null
             * @example https://app.example.com/webhooks/{endpoint}
             */
            link?: string | null;
            /**
             * @description What is different for some endpoints, by their ids.
             * @default {}
             */
            endpoints?: {
                [key: string]: {
                    kinds?: ("endpoint.failing" | "endpoint.paused" | "endpoint.recovered" | "endpoint.slow" | "certificate.expiring" | "deliveries.dead")[];
                    slowAboveMs?: number;
                };
            };
            /**
             * @description What people read in chats and mails, by kind, in place of the English words; `{{name}}` and the like stand for members of the notice.
             * @default {}
             * @example {
             *       "endpoint.paused": {
             *         "title": "{{name}} ist angehalten",
             *         "text": "Seit {{since}}.\nEs warten {{waiting}} Zustellungen.",
             *         "link": "Ansehen"
             *       }
             *     }
             */
            words?: {
                [key: string]: {
                    title: string;
                    /** @description Each line is a paragraph; one that names what the notice does not have is left out. */
                    text: string;
                    /** @description The words of the link, without placeholders. */
                    link?: string;
                };
            };
        };
        PolledEvent: {
            /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            type: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            acceptedAt: string;
            /** @description As the producer sent it. */
            occurredAt: string | null;
            subject: string | null;
            channels: string[];
            /** @description When its data and subject were removed permanently. */
            redactedAt: string | null;
            /** @example dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm */
            delivery: string;
            /** @description The idempotency key that pushed requests of this delivery carry, if their contract has one. */
            idempotencyKey: string;
            /** @description Byte for byte as it was sent; null once the event is redacted, and for a session for certain endpoints. */
            data: Record<string, unknown> | null;
        };
        PortalSession: {
            /** @example ses_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @description Who uses it, as its maker says. */
            actor: string | null;
            /** @description The id of the key or session that made it, with which it ends; null for the operator’s key and for a sign-in. */
            madeBy: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            expiresAt: string;
            tenant: string;
            environment: components["schemas"]["Environment"];
            scopes: ("events:read" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write")[];
            /** @description The only endpoints that there are for it; null for all of the tenant’s. */
            endpoints: string[] | null;
            /** @description The only origin whose page may hand the token to the portal. */
            embedOrigin: string | null;
        };
        PortalSessionInput: {
            /** @enum {string} */
            preset?: "viewer" | "developer" | "owner";
            scopes?: ("events:read" | "endpoints:read" | "endpoints:write" | "secrets:read" | "secrets:write" | "deliveries:read" | "deliveries:write")[];
            endpoints?: string[];
            /** @default 3600 */
            expiresInSeconds?: number;
            embedOrigin?: string;
            actor?: string;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            errors?: {
                /** @description A JSON Pointer into the body, or the name of a parameter or header. */
                path: string;
                message: string;
            }[];
            requestId?: string;
        };
        PublicEventType: {
            name: string;
            description: string;
            /** @description JSON Schema 2020-12 of the data: an object, true or false; or null. */
            schema: unknown;
            example: Record<string, unknown> | null;
        };
        PublicJwk: {
            /** @enum {string} */
            kty: "RSA" | "OKP";
            /** @example sk_01kg9vhq5pfh9tz4dg5ckhsvhm */
            kid: string;
            /** @enum {string} */
            alg: "RS256" | "EdDSA";
            /** @constant */
            use: "sig";
            n?: string;
            e?: string;
            /** @constant */
            crv?: "Ed25519";
            x?: string;
        };
        Purge: {
            cancelled: number;
            complete: boolean;
        };
        QueueDepth: {
            /** @enum {string} */
            queue: "events" | "deliveries" | "slow" | "retries" | "wakes";
            /** @description Messages that may be received now. */
            ready: number;
            /** @description Messages that a function works on. */
            inFlight: number;
            /** @description Messages that are not due, such as retries. */
            delayed: number;
            /** @description Messages in its dead-letter queue. */
            deadLetters: number;
        };
        Queues: {
            data: components["schemas"]["QueueDepth"][];
            /** @description Always null. */
            next: string | null;
        };
        Recipient: {
            address: string;
            /** @enum {string} */
            state: "pending" | "confirmed" | "unsubscribed" | "bounced" | "complained";
            /** @description When it came into its state; null while it is pending. */
            since: string | null;
        };
        Recommendation: {
            code: string;
            /** @enum {string} */
            severity: "info" | "warning" | "critical";
            /** @description Whether no change of settings helps by itself. */
            needsAPerson: boolean;
            advice: string;
            evidence: {
                [key: string]: number | string;
            };
            /** @description The body of the PATCH of the endpoint that applies it. */
            change: {
                [key: string]: unknown;
            } | null;
        };
        Recommendations: {
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            data: components["schemas"]["Recommendation"][];
        };
        RecoveryInput: {
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until?: string;
            /** @default [] */
            types?: string[];
            subject?: string;
            /** @default false */
            dryRun?: boolean;
        };
        Redrive: {
            /** @enum {string} */
            queue: "events" | "wakes";
            moved: number;
            refused: number;
        };
        Replay: {
            /** @example rpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            endpoint: string;
            /** @enum {string} */
            state: "running" | "paused" | "done" | "cancelled";
            /** @enum {string} */
            status: "dead" | "failed" | "delivered" | "cancelled" | "any";
            types: string[];
            subject: string | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            since: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            until: string;
            /** @description The time between `since` and `until` that the replay has reached. */
            reachedAt: string | null;
            found: number;
            sent: number;
            /** @description Deliveries that changed after they were found, and were not resent. */
            skipped: number;
            cancelledBy: ("user" | "endpoint_deleted") | null;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            updatedAt: string;
            finishedAt: string | null;
        };
        ReplayCount: {
            count: number;
            /** @description False if the time limit was reached before all were counted. */
            complete: boolean;
        };
        ReplayInput: {
            /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
            endpoint: string;
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until?: string;
            /** @default [] */
            types?: string[];
            subject?: string;
            /** @default false */
            dryRun?: boolean;
            /**
             * @default dead
             * @enum {string}
             */
            status?: "dead" | "failed" | "delivered" | "cancelled" | "any";
        };
        Resealing: {
            /** @example 2 */
            current: number;
            /** @description How many endpoints, templates and signing keys were checked. */
            walked: number;
            resealed: number;
            /** @description How many still need another version. */
            left: number;
            /** @description Whether endpoints, templates and signing keys no longer need the other versions. */
            othersUnused: boolean;
            /**
             * Format: date-time
             * @description From this time on, every function seals under the current version.
             * @example 2026-01-31T09:30:00.000Z
             */
            settledAt: string;
            /** @description Until this time, event data may need another version; null if event data is not sealed. */
            eventDataUntil: string | null;
            /** @description Send it as `cursor` to continue; null at the end. */
            next: string | null;
        };
        RetryPolicy: ("forty-days" | "idnow" | "standard-webhooks" | "none") | components["schemas"]["CustomRetryPolicy"];
        RetryPolicyInput: ("forty-days" | "idnow" | "standard-webhooks" | "none") | components["schemas"]["CustomRetryPolicyInput"];
        RetryStep: {
            count: number;
            /** Format: double */
            seconds: number;
            /** Format: double */
            factor?: number;
            /** Format: double */
            maxSeconds?: number;
        };
        RevokedSessions: {
            revoked: number;
            /** @description False: send the request again for the others. */
            complete: boolean;
        };
        RoutingRule: {
            when: components["schemas"]["Filter"];
            set: {
                channels: string[];
            };
            /** @description Whether no later rule is judged for an event that this one matches. */
            stop?: boolean;
        };
        RoutingRules: {
            rules: components["schemas"]["RoutingRule"][];
        };
        RoutingRulesInput: {
            rules: components["schemas"]["RoutingRule"][];
        };
        SealingKeys: {
            /**
             * @description The version that new secrets are sealed under.
             * @example 2
             */
            current: number;
            versions: number[];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            changedAt: string;
            /**
             * Format: date-time
             * @description From this time on, every function seals under the current version.
             * @example 2026-01-31T09:30:00.000Z
             */
            settledAt: string;
            /** @description Until this time, event data may need another version; null if event data is not sealed. */
            eventDataUntil: string | null;
        };
        /** @description The settings that the template sets, with secrets masked. */
        ShownTemplateSettings: {
            [key: string]: unknown;
        };
        SignInInput: {
            code: string;
            codeVerifier: string;
            nonce: string;
        };
        SigningKey: {
            /** @example sk_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            /** @enum {string} */
            algorithm: "RS256" | "Ed25519";
            /** @enum {string} */
            origin: "generated" | "brought";
            /** @enum {string} */
            state: "next" | "signing" | "retiring";
            /** @description SPKI, in PEM. */
            publicKey: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            signsFrom: string;
            publishedUntil: string | null;
        };
        Template: {
            /** @example tpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
            id: string;
            name: string;
            settings: components["schemas"]["ShownTemplateSettings"];
            environment: components["schemas"]["Environment"];
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            updatedAt: string;
        };
        TemplateChange: {
            name?: string;
            settings?: components["schemas"]["TemplateChanges"];
        };
        TemplateChanges: {
            contractOptions?: {
                [key: string]: unknown;
            } | null;
            eventTypes?: string[] | null;
            channels?: string[] | null;
            filter?: components["schemas"]["Filter"] | null;
            transform?: components["schemas"]["TransformInput"] | null;
            method?: ("POST" | "PUT" | "PATCH") | null;
            headers?: {
                [key: string]: string;
            } | null;
            timeoutMs?: number | null;
            retryPolicy?: components["schemas"]["RetryPolicyInput"] | null;
            autoPause?: components["schemas"]["AutoPauseInput"] | null;
            maxPerSecond?: number | null;
            polling?: boolean | null;
            description?: string | null;
            signatures?: components["schemas"]["ExtraSignatureInput"][] | null;
            ownSignature?: boolean | null;
            encryption?: {
                jwk: {
                    /** @enum {string} */
                    kty: "RSA" | "EC" | "OKP";
                    kid?: string;
                    n?: string;
                    e?: string;
                    /** @enum {string} */
                    crv?: "P-256" | "P-384" | "P-521" | "X25519";
                    x?: string;
                    y?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @enum {string} */
                alg?: "RSA-OAEP-256" | "ECDH-ES";
                /**
                 * @default A256GCM
                 * @constant
                 */
                enc?: "A256GCM";
            } | null;
            authentication?: components["schemas"]["AuthenticationInput"][] | null;
            renameHeaders?: {
                [key: string]: string;
            } | null;
            timingHeaders?: boolean | null;
        };
        TemplateInput: {
            name: string;
            settings?: components["schemas"]["TemplateSettings"];
        };
        TemplateSettings: {
            /** @enum {string} */
            contract?: "standard-webhooks" | "bynn" | "kyc-hmac" | "bronid" | "idnow" | "slack" | "teams" | "discord" | "email";
            contractOptions?: {
                [key: string]: unknown;
            };
            eventTypes?: string[];
            channels?: string[];
            filter?: components["schemas"]["Filter"];
            transform?: components["schemas"]["TransformInput"];
            /** @enum {string} */
            method?: "POST" | "PUT" | "PATCH";
            headers?: {
                [key: string]: string;
            };
            timeoutMs?: number;
            retryPolicy?: components["schemas"]["RetryPolicyInput"];
            autoPause?: components["schemas"]["AutoPauseInput"];
            /** Format: double */
            maxPerSecond?: number;
            polling?: boolean;
            description?: string;
            signatures?: components["schemas"]["ExtraSignatureInput"][];
            ownSignature?: boolean;
            encryption?: {
                jwk: {
                    /** @enum {string} */
                    kty: "RSA" | "EC" | "OKP";
                    kid?: string;
                    n?: string;
                    e?: string;
                    /** @enum {string} */
                    crv?: "P-256" | "P-384" | "P-521" | "X25519";
                    x?: string;
                    y?: string;
                } & {
                    [key: string]: unknown;
                };
                /** @enum {string} */
                alg?: "RSA-OAEP-256" | "ECDH-ES";
                /**
                 * @default A256GCM
                 * @constant
                 */
                enc?: "A256GCM";
            };
            authentication?: components["schemas"]["AuthenticationInput"][];
            renameHeaders?: {
                [key: string]: string;
            };
            timingHeaders?: boolean;
        };
        Tenant: {
            /** @example acme */
            id: string;
            /** @description Empty once the tenant’s data is removed. */
            name: string;
            /**
             * Format: date-time
             * @example 2026-01-31T09:30:00.000Z
             */
            createdAt: string;
            deletedAt: string | null;
            /** @description The progress of removing the tenant’s data. */
            erasure: components["schemas"]["TenantErasure"] | null;
        };
        TenantErasure: {
            /** @enum {string} */
            state: "running" | "done";
            /** @description How many have been removed so far. `feeds` counts entries of feeds, `replays` counts replays whose subject was removed, and `rollups` counts hours of analytics. */
            done: {
                keys: number;
                endpoints: number;
                templates: number;
                feeds: number;
                replays: number;
                events: number;
                rollups: number;
            };
            finishedAt: string | null;
        };
        TestMany: {
            type?: string;
            data?: Record<string, unknown>;
            filter: components["schemas"]["EndpointFilter"];
            /** @default 20 */
            limit?: number;
            cursor?: string;
        };
        TestReport: {
            outcome: string;
            detail: string | null;
            sentAt: string;
            /** Format: double */
            durationMs: number;
            timings: {
                dnsMs: number | null;
                connectMs: number | null;
                tlsMs: number | null;
                firstByteMs: number | null;
            } | null;
            request: {
                method: string;
                url: string;
                headers: {
                    [key: string]: string;
                };
                body: string;
            } | null;
            response: {
                /** Format: double */
                status: number;
                headers: {
                    [key: string]: string;
                };
                body: string;
            } | null;
        };
        TestsOfMany: {
            results: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint: string;
                test?: components["schemas"]["TestReport"];
                error?: components["schemas"]["Problem"];
            }[];
            next: string | null;
        };
        /** @description How long each phase took; null for a phase that did not occur, as on a reused connection. */
        Timings: {
            dnsMs: number | null;
            connectMs: number | null;
            tlsMs: number | null;
            firstByteMs: number | null;
        };
        Transform: {
            /** @enum {string} */
            language: "jsonata";
            source: string;
            /** @description Derived from the source: the same source is the same version. */
            version: string;
        };
        TransformInput: {
            /** @enum {string} */
            language: "jsonata";
            source: string;
            /** @description Data of an event; not kept, only checked for what would be lost. */
            sample?: Record<string, unknown>;
            /** @description As it was shown; not read. */
            version?: string;
        };
        TransformTest: {
            output: {
                [key: string]: unknown;
            } | null;
            /** @description Why there is no output: a delivery would end as `transform_failed`. */
            failure: string | null;
            warnings: components["schemas"]["Warning"][];
            /** @description Null without `endpoint`, and if its contract cannot form one. */
            request: {
                method: string;
                url: string;
                headers: {
                    [key: string]: string;
                };
                body: string;
            } | null;
        };
        Verification: {
            verified: boolean;
            endpoint: components["schemas"]["Endpoint"];
            exchange: components["schemas"]["TestReport"];
        };
        Warning: {
            /** @description A JSON Pointer to the setting. */
            path: string;
            message: string;
        };
    };
    responses: {
        /** @description The body is not valid JSON, or not UTF-8. */
        Problem400: {
            headers: {
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key is missing, unknown, expired or revoked. */
        Problem401: {
            headers: {
                /** @description The kind of key that is required. */
                "WWW-Authenticate"?: string;
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key lacks the scope, is not the operator’s, belongs to the other environment, or is a tenant’s key in a request that names a tenant. */
        Problem403: {
            headers: {
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The tenant that the operator named does not exist. */
        Problem404: {
            headers: {
                /**
                 * @description Seconds to wait before trying again.
                 * @example 1
                 */
                "Retry-After"?: number;
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        Problem413: {
            headers: {
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                /**
                 * @example {
                 *       "message": "Too Many Requests"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayAnswer"];
            };
        };
        /** @description The `Content-Type` is not JSON, or there is a `Content-Encoding`. */
        Problem415: {
            headers: {
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The path, query, headers or body have faults. Each is listed with its path. */
        Problem422: {
            headers: {
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests: wait for `Retry-After` seconds. */
        Problem429: {
            headers: {
                /**
                 * @description Seconds to wait before trying again.
                 * @example 1
                 */
                "Retry-After"?: number;
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                /**
                 * @example {
                 *       "message": "Too Many Requests"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayAnswer"];
            };
        };
        /** @description An internal error. */
        Problem500: {
            headers: {
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                /**
                 * @example {
                 *       "message": "Too Many Requests"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayAnswer"];
            };
        };
        /** @description Temporarily unavailable: try again. */
        Problem503: {
            headers: {
                /**
                 * @description Seconds to wait before trying again.
                 * @example 1
                 */
                "Retry-After"?: number;
                "Posthorn-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
                /**
                 * @example {
                 *       "message": "Too Many Requests"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayAnswer"];
            };
        };
    };
    parameters: {
        /**
         * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
         * @example acme
         */
        PosthornTenant: string;
        /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
        PosthornEnvironment: components["schemas"]["Environment"];
        Limit: number;
        Cursor: string;
        Since: string;
        Until: string;
        Type: string;
        /**
         * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
         * @example "1"
         */
        IfMatch: string;
        /**
         * @description A repeat with the same key and body within 7 days returns what the first request created.
         * @example dossier-1
         */
        IdempotencyKey: string;
        /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
        EndpointId: string;
        /** @example tpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
        TemplateId: string;
        /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
        OfEndpoint: string;
        /** @example dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm */
        DeliveryId: string;
        Granularity: "5m" | "1h" | "1d";
        /** @description Where days begin at midnight. */
        TimeZone: string;
        /** @example rpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
        ReplayId: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The request’s id, as in the logs.
         * @example f6d4e8b4-afc0-448d-9631-63d84b74d0e4
         */
        RequestId: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listEvents: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
                since?: components["parameters"]["Since"];
                until?: components["parameters"]["Until"];
                type?: string;
                subject?: string;
                /**
                 * @description Only events that are delivered to this endpoint.
                 * @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm
                 */
                endpoint?: string;
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "type": "dossier.created",
                     *           "tenant": "acme",
                     *           "environment": "live",
                     *           "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *           "occurredAt": null,
                     *           "subject": "dossier-1",
                     *           "channels": [],
                     *           "redactedAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Event"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    postEvent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description Requests with the same key and the same event within 7 days create only one event. 1 to 255 printable ASCII characters.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: string;
                /**
                 * @description W3C Trace Context, passed on to receivers. An invalid value is ignored.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: string;
                /**
                 * @description Passed on like `traceparent`, and only together with it.
                 * @example congo=t61rcWkgMzE
                 */
                tracestate?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "dossier.created",
                 *       "subject": "dossier-1",
                 *       "data": {
                 *         "dossier": "d-1",
                 *         "amount": 1.5
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EventInput"];
            };
        };
        responses: {
            /** @description The event was accepted and queued. */
            202: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "duplicate": false
                     *     }
                     */
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such tenant. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The `Idempotency-Key` was used with another event. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The event could not be stored. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    postEvents: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description W3C Trace Context, passed on to receivers. An invalid value is ignored.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: string;
                /**
                 * @description Passed on like `traceparent`, and only together with it.
                 * @example congo=t61rcWkgMzE
                 */
                tracestate?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         {
                 *           "type": "dossier.created",
                 *           "subject": "dossier-1",
                 *           "data": {
                 *             "dossier": "d-1",
                 *             "amount": 1.5
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BatchInput"];
            };
        };
        responses: {
            /** @description One result per event, in the order of the events. */
            202: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "duplicate": false
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        results: (components["schemas"]["Accepted"] | {
                            error: components["schemas"]["Problem"];
                        })[];
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "type": "dossier.created",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *       "occurredAt": null,
                     *       "subject": "dossier-1",
                     *       "channels": [],
                     *       "redactedAt": null,
                     *       "routing": null,
                     *       "deliveries": [
                     *         {
                     *           "id": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "event": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "type": "dossier.created",
                     *           "status": "delivered",
                     *           "run": 1,
                     *           "attempts": [
                     *             {
                     *               "number": 1,
                     *               "run": 1,
                     *               "cause": "first",
                     *               "at": "2026-01-31T09:30:00.000Z",
                     *               "durationMs": 84,
                     *               "outcome": "http_200",
                     *               "responseStatus": 200,
                     *               "detail": null,
                     *               "timings": {
                     *                 "dnsMs": 2,
                     *                 "connectMs": 11,
                     *                 "tlsMs": 24,
                     *                 "firstByteMs": 46
                     *               }
                     *             }
                     *           ],
                     *           "nextAttemptAt": null,
                     *           "deadlineAt": "2026-03-12T09:30:00.000Z",
                     *           "deathReason": null,
                     *           "transformVersion": null,
                     *           "replay": null,
                     *           "subject": "dossier-1",
                     *           "occurredAt": null,
                     *           "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *           "firstAttemptAt": "2026-01-31T09:30:00.412Z",
                     *           "deliveredAt": "2026-01-31T09:30:00.412Z",
                     *           "lastRequest": {
                     *             "headers": {
                     *               "webhook-id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *               "webhook-timestamp": "1769851800",
                     *               "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
                     *             },
                     *             "complete": true
                     *           },
                     *           "lastResponse": {
                     *             "status": 200,
                     *             "headers": {
                     *               "content-type": "text/plain"
                     *             },
                     *             "body": "ok"
                     *           },
                     *           "redactedAt": null
                     *         }
                     *       ],
                     *       "deliveriesNext": null,
                     *       "data": {
                     *         "dossier": "d-1"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["EventWithDeliveries"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such event, or it is not stored yet. The answer has `Retry-After`. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    redactEvent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The redacted event. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "type": "dossier.created",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *       "occurredAt": null,
                     *       "subject": null,
                     *       "channels": [],
                     *       "redactedAt": "2026-01-31T09:30:00.412Z",
                     *       "routing": null,
                     *       "deliveries": [
                     *         {
                     *           "id": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "event": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "type": "dossier.created",
                     *           "status": "delivered",
                     *           "run": 1,
                     *           "attempts": [
                     *             {
                     *               "number": 1,
                     *               "run": 1,
                     *               "cause": "first",
                     *               "at": "2026-01-31T09:30:00.000Z",
                     *               "durationMs": 84,
                     *               "outcome": "http_200",
                     *               "responseStatus": 200,
                     *               "detail": null,
                     *               "timings": {
                     *                 "dnsMs": 2,
                     *                 "connectMs": 11,
                     *                 "tlsMs": 24,
                     *                 "firstByteMs": 46
                     *               }
                     *             }
                     *           ],
                     *           "nextAttemptAt": null,
                     *           "deadlineAt": "2026-03-12T09:30:00.000Z",
                     *           "deathReason": null,
                     *           "transformVersion": null,
                     *           "replay": null,
                     *           "subject": null,
                     *           "occurredAt": null,
                     *           "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *           "firstAttemptAt": "2026-01-31T09:30:00.412Z",
                     *           "deliveredAt": "2026-01-31T09:30:00.412Z",
                     *           "lastRequest": null,
                     *           "lastResponse": null,
                     *           "redactedAt": "2026-01-31T09:30:00.412Z"
                     *         }
                     *       ],
                     *       "deliveriesNext": null,
                     *       "data": null
                     *     }
                     */
                    "application/json": components["schemas"]["EventWithDeliveries"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such event, or it is not stored yet. The answer has `Retry-After`. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The event is redacted, but the cleanup after deliveries in progress is not scheduled: send the request again. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    getLatestEvent: {
        parameters: {
            query?: {
                type?: components["parameters"]["Type"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                subject: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "type": "dossier.created",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *       "occurredAt": null,
                     *       "subject": "dossier-1",
                     *       "channels": [],
                     *       "redactedAt": null,
                     *       "data": {
                     *         "dossier": "d-1"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["EventWithData"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no event with this subject, or it is not stored yet. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getEventType: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example dossier.created */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event type. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "dossier.created",
                     *       "description": "A dossier was opened.",
                     *       "schema": {
                     *         "type": "object",
                     *         "required": [
                     *           "dossier"
                     *         ],
                     *         "properties": {
                     *           "dossier": {
                     *             "type": "string"
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "dossier": "d-1"
                     *       },
                     *       "onMismatch": "refuse",
                     *       "public": true,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EventType"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such event type in the catalogue. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    putEventType: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example dossier.created */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "A dossier was opened.",
                 *       "schema": {
                 *         "type": "object",
                 *         "required": [
                 *           "dossier"
                 *         ],
                 *         "properties": {
                 *           "dossier": {
                 *             "type": "string"
                 *           }
                 *         }
                 *       },
                 *       "example": {
                 *         "dossier": "d-1"
                 *       },
                 *       "onMismatch": "refuse",
                 *       "public": true
                 *     }
                 */
                "application/json": components["schemas"]["EventTypeInput"];
            };
        };
        responses: {
            /** @description Replaced. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "dossier.created",
                     *       "description": "A dossier was opened.",
                     *       "schema": {
                     *         "type": "object",
                     *         "required": [
                     *           "dossier"
                     *         ],
                     *         "properties": {
                     *           "dossier": {
                     *             "type": "string"
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "dossier": "d-1"
                     *       },
                     *       "onMismatch": "refuse",
                     *       "public": true,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EventType"];
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "dossier.created",
                     *       "description": "A dossier was opened.",
                     *       "schema": {
                     *         "type": "object",
                     *         "required": [
                     *           "dossier"
                     *         ],
                     *         "properties": {
                     *           "dossier": {
                     *             "type": "string"
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "dossier": "d-1"
                     *       },
                     *       "onMismatch": "refuse",
                     *       "public": true,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EventType"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description It was changed in the meantime. Or: The limit for this kind of resource is reached. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteEventType: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example dossier.created */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such event type in the catalogue. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listEventTypes: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of event types. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "dossier.created",
                     *           "description": "A dossier was opened.",
                     *           "schema": {
                     *             "type": "object",
                     *             "required": [
                     *               "dossier"
                     *             ],
                     *             "properties": {
                     *               "dossier": {
                     *                 "type": "string"
                     *               }
                     *             }
                     *           },
                     *           "example": {
                     *             "dossier": "d-1"
                     *           },
                     *           "onMismatch": "refuse",
                     *           "public": true,
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "updatedAt": "2026-01-31T09:30:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["EventType"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listPublicEventTypes: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of public event types, which may be cached. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "dossier.created",
                     *           "description": "A dossier was opened.",
                     *           "schema": {
                     *             "type": "object",
                     *             "required": [
                     *               "dossier"
                     *             ],
                     *             "properties": {
                     *               "dossier": {
                     *                 "type": "string"
                     *               }
                     *             }
                     *           },
                     *           "example": {
                     *             "dossier": "d-1"
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["PublicEventType"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listEndpoints: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of endpoints. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "url": "https://acme.io/webhooks",
                     *           "recipients": null,
                     *           "contract": "standard-webhooks",
                     *           "contractOptions": {},
                     *           "eventTypes": [
                     *             "dossier.*"
                     *           ],
                     *           "channels": [],
                     *           "filter": {
                     *             "risk": {
                     *               "score": [
                     *                 {
                     *                   "numeric": [
                     *                     ">",
                     *                     80
                     *                   ]
                     *                 }
                     *               ]
                     *             }
                     *           },
                     *           "transform": null,
                     *           "method": "POST",
                     *           "headers": {},
                     *           "timeoutMs": 10000,
                     *           "retryPolicy": "forty-days",
                     *           "autoPause": true,
                     *           "maxPerSecond": null,
                     *           "polling": false,
                     *           "description": "",
                     *           "secret": "****************************7oD=",
                     *           "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *           "signingKey": "tenant",
                     *           "signatures": [],
                     *           "ownSignature": true,
                     *           "encryption": null,
                     *           "authentication": [],
                     *           "renameHeaders": {},
                     *           "timingHeaders": false,
                     *           "tls": null,
                     *           "template": null,
                     *           "own": null,
                     *           "verifyUrl": false,
                     *           "verifiedAt": null,
                     *           "status": "active",
                     *           "health": {
                     *             "state": "healthy",
                     *             "failures": 0,
                     *             "failingSince": null,
                     *             "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *             "pausedBy": null,
                     *             "nextProbeAt": null
                     *           },
                     *           "environment": "live",
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "warnings": []
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Endpoint"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://acme.io/webhooks",
                 *       "eventTypes": [
                 *         "dossier.*"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EndpointInput"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "url": "https://acme.io/webhooks",
                     *       "recipients": null,
                     *       "contract": "standard-webhooks",
                     *       "contractOptions": {},
                     *       "eventTypes": [
                     *         "dossier.*"
                     *       ],
                     *       "channels": [],
                     *       "filter": {
                     *         "risk": {
                     *           "score": [
                     *             {
                     *               "numeric": [
                     *                 ">",
                     *                 80
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "transform": null,
                     *       "method": "POST",
                     *       "headers": {},
                     *       "timeoutMs": 10000,
                     *       "retryPolicy": "forty-days",
                     *       "autoPause": true,
                     *       "maxPerSecond": null,
                     *       "polling": false,
                     *       "description": "",
                     *       "secret": "****************************7oD=",
                     *       "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *       "signingKey": "tenant",
                     *       "signatures": [],
                     *       "ownSignature": true,
                     *       "encryption": null,
                     *       "authentication": [],
                     *       "renameHeaders": {},
                     *       "timingHeaders": false,
                     *       "tls": null,
                     *       "template": null,
                     *       "own": null,
                     *       "verifyUrl": false,
                     *       "verifiedAt": null,
                     *       "status": "active",
                     *       "health": {
                     *         "state": "healthy",
                     *         "failures": 0,
                     *         "failingSince": null,
                     *         "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *         "pausedBy": null,
                     *         "nextProbeAt": null
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            /** @description The limit for this kind of resource is reached. Or: The `Idempotency-Key` was used with another body. Or: The template is being changed. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    changeEndpoints: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "filter": {
                 *         "contract": "standard-webhooks"
                 *       },
                 *       "changes": {
                 *         "addEventTypes": [
                 *           "dossier.*"
                 *         ]
                 *       },
                 *       "dryRun": true
                 *     }
                 */
                "application/json": components["schemas"]["ChangeMany"];
            };
        };
        responses: {
            /** @description One result per endpoint. With `dryRun`, the results say what the request would have changed. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "matched": 1,
                     *       "changed": 1,
                     *       "unchanged": 0,
                     *       "failed": 0,
                     *       "dryRun": true,
                     *       "results": [
                     *         {
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "outcome": "changed"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["ChangedEndpoints"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createEndpoints: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "endpoints": [
                 *         {
                 *           "url": "https://acme.io/webhooks"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["EndpointInputs"];
            };
        };
        responses: {
            /** @description One result per endpoint: the endpoint, or its error. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "endpoint": {
                     *             "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *             "url": "https://acme.io/webhooks",
                     *             "recipients": null,
                     *             "contract": "standard-webhooks",
                     *             "contractOptions": {},
                     *             "eventTypes": [
                     *               "dossier.*"
                     *             ],
                     *             "channels": [],
                     *             "filter": {
                     *               "risk": {
                     *                 "score": [
                     *                   {
                     *                     "numeric": [
                     *                       ">",
                     *                       80
                     *                     ]
                     *                   }
                     *                 ]
                     *               }
                     *             },
                     *             "transform": null,
                     *             "method": "POST",
                     *             "headers": {},
                     *             "timeoutMs": 10000,
                     *             "retryPolicy": "forty-days",
                     *             "autoPause": true,
                     *             "maxPerSecond": null,
                     *             "polling": false,
                     *             "description": "",
                     *             "secret": "****************************7oD=",
                     *             "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *             "signingKey": "tenant",
                     *             "signatures": [],
                     *             "ownSignature": true,
                     *             "encryption": null,
                     *             "authentication": [],
                     *             "renameHeaders": {},
                     *             "timingHeaders": false,
                     *             "tls": null,
                     *             "template": null,
                     *             "own": null,
                     *             "verifyUrl": false,
                     *             "verifiedAt": null,
                     *             "status": "active",
                     *             "health": {
                     *               "state": "healthy",
                     *               "failures": 0,
                     *               "failingSince": null,
                     *               "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *               "pausedBy": null,
                     *               "nextProbeAt": null
                     *             },
                     *             "environment": "live",
                     *             "createdAt": "2026-01-31T09:30:00.000Z",
                     *             "warnings": []
                     *           }
                     *         },
                     *         {
                     *           "error": {
                     *             "type": "about:blank",
                     *             "title": "The request has faults",
                     *             "status": 422,
                     *             "detail": "One fault; each is listed with its path.",
                     *             "errors": [
                     *               {
                     *                 "path": "/endpoints/1/url",
                     *                 "message": "must be an https:// URL"
                     *               }
                     *             ]
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedEndpoints"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "url": "https://acme.io/webhooks",
                     *       "recipients": null,
                     *       "contract": "standard-webhooks",
                     *       "contractOptions": {},
                     *       "eventTypes": [
                     *         "dossier.*"
                     *       ],
                     *       "channels": [],
                     *       "filter": {
                     *         "risk": {
                     *           "score": [
                     *             {
                     *               "numeric": [
                     *                 ">",
                     *                 80
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "transform": null,
                     *       "method": "POST",
                     *       "headers": {},
                     *       "timeoutMs": 10000,
                     *       "retryPolicy": "forty-days",
                     *       "autoPause": true,
                     *       "maxPerSecond": null,
                     *       "polling": false,
                     *       "description": "",
                     *       "secret": "****************************7oD=",
                     *       "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *       "signingKey": "tenant",
                     *       "signatures": [],
                     *       "ownSignature": true,
                     *       "encryption": null,
                     *       "authentication": [],
                     *       "renameHeaders": {},
                     *       "timingHeaders": false,
                     *       "tls": null,
                     *       "template": null,
                     *       "own": null,
                     *       "verifyUrl": false,
                     *       "verifiedAt": null,
                     *       "status": "active",
                     *       "health": {
                     *         "state": "healthy",
                     *         "failures": 0,
                     *         "failingSince": null,
                     *         "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *         "pausedBy": null,
                     *         "nextProbeAt": null
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    changeEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "eventTypes": [
                 *         "dossier.*"
                 *       ],
                 *       "timeoutMs": 5000
                 *     }
                 */
                "application/json": components["schemas"]["EndpointChanges"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "url": "https://acme.io/webhooks",
                     *       "recipients": null,
                     *       "contract": "standard-webhooks",
                     *       "contractOptions": {},
                     *       "eventTypes": [
                     *         "dossier.*"
                     *       ],
                     *       "channels": [],
                     *       "filter": {
                     *         "risk": {
                     *           "score": [
                     *             {
                     *               "numeric": [
                     *                 ">",
                     *                 80
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "transform": null,
                     *       "method": "POST",
                     *       "headers": {},
                     *       "timeoutMs": 10000,
                     *       "retryPolicy": "forty-days",
                     *       "autoPause": true,
                     *       "maxPerSecond": null,
                     *       "polling": false,
                     *       "description": "",
                     *       "secret": "****************************7oD=",
                     *       "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *       "signingKey": "tenant",
                     *       "signatures": [],
                     *       "ownSignature": true,
                     *       "encryption": null,
                     *       "authentication": [],
                     *       "renameHeaders": {},
                     *       "timingHeaders": false,
                     *       "tls": null,
                     *       "template": null,
                     *       "own": null,
                     *       "verifyUrl": false,
                     *       "verifiedAt": null,
                     *       "status": "active",
                     *       "health": {
                     *         "state": "healthy",
                     *         "failures": 0,
                     *         "failingSince": null,
                     *         "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *         "pausedBy": null,
                     *         "nextProbeAt": null
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            /** @description Credentials that are kept, or a template’s, would be sent to another origin: send them with the URL, or use a key with the scope secrets:write. */
            403: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getEndpointSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                     *       "previousValidUntil": null
                     *     }
                     */
                    "application/json": components["schemas"]["EndpointSecret"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The endpoint has recipients, for whom nothing is signed. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    rotateEndpointSecret: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "overlapSeconds": 86400
                 *     }
                 */
                "application/json": {
                    /** @default 86400 */
                    overlapSeconds?: number;
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description The new secret. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                     *       "previousValidUntil": null
                     *     }
                     */
                    "application/json": components["schemas"]["EndpointSecret"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many secrets are signing already, the endpoint is a chat’s, whose URL is the secret, or has recipients, for whom nothing is signed, or it was changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    pauseEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The paused endpoint. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "url": "https://acme.io/webhooks",
                     *       "recipients": null,
                     *       "contract": "standard-webhooks",
                     *       "contractOptions": {},
                     *       "eventTypes": [
                     *         "dossier.*"
                     *       ],
                     *       "channels": [],
                     *       "filter": {
                     *         "risk": {
                     *           "score": [
                     *             {
                     *               "numeric": [
                     *                 ">",
                     *                 80
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "transform": null,
                     *       "method": "POST",
                     *       "headers": {},
                     *       "timeoutMs": 10000,
                     *       "retryPolicy": "forty-days",
                     *       "autoPause": true,
                     *       "maxPerSecond": null,
                     *       "polling": false,
                     *       "description": "",
                     *       "secret": "****************************7oD=",
                     *       "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *       "signingKey": "tenant",
                     *       "signatures": [],
                     *       "ownSignature": true,
                     *       "encryption": null,
                     *       "authentication": [],
                     *       "renameHeaders": {},
                     *       "timingHeaders": false,
                     *       "tls": null,
                     *       "template": null,
                     *       "own": null,
                     *       "verifyUrl": false,
                     *       "verifiedAt": null,
                     *       "status": "active",
                     *       "health": {
                     *         "state": "healthy",
                     *         "failures": 0,
                     *         "failingSince": null,
                     *         "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *         "pausedBy": null,
                     *         "nextProbeAt": null
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The endpoint is being changed. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    resumeEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resumed endpoint. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "url": "https://acme.io/webhooks",
                     *       "recipients": null,
                     *       "contract": "standard-webhooks",
                     *       "contractOptions": {},
                     *       "eventTypes": [
                     *         "dossier.*"
                     *       ],
                     *       "channels": [],
                     *       "filter": {
                     *         "risk": {
                     *           "score": [
                     *             {
                     *               "numeric": [
                     *                 ">",
                     *                 80
                     *               ]
                     *             }
                     *           ]
                     *         }
                     *       },
                     *       "transform": null,
                     *       "method": "POST",
                     *       "headers": {},
                     *       "timeoutMs": 10000,
                     *       "retryPolicy": "forty-days",
                     *       "autoPause": true,
                     *       "maxPerSecond": null,
                     *       "polling": false,
                     *       "description": "",
                     *       "secret": "****************************7oD=",
                     *       "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *       "signingKey": "tenant",
                     *       "signatures": [],
                     *       "ownSignature": true,
                     *       "encryption": null,
                     *       "authentication": [],
                     *       "renameHeaders": {},
                     *       "timingHeaders": false,
                     *       "tls": null,
                     *       "template": null,
                     *       "own": null,
                     *       "verifyUrl": false,
                     *       "verifiedAt": null,
                     *       "status": "active",
                     *       "health": {
                     *         "state": "healthy",
                     *         "failures": 0,
                     *         "failingSince": null,
                     *         "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *         "pausedBy": null,
                     *         "nextProbeAt": null
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "warnings": []
                     *     }
                     */
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The endpoint is being changed, or its URL is not verified. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    purgeEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The number of cancelled deliveries. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "cancelled": 12,
                     *       "complete": true
                     *     }
                     */
                    "application/json": components["schemas"]["Purge"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    testEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "type": "dossier.created",
                 *       "data": {
                 *         "dossier": "d-1"
                 *       }
                 *     }
                 */
                "application/json": {
                    type?: string;
                    data?: Record<string, unknown>;
                };
            };
        };
        responses: {
            /** @description The request and the response, whatever the outcome. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "outcome": "http_200",
                     *       "detail": null,
                     *       "sentAt": "2026-01-31T09:30:00.000Z",
                     *       "durationMs": 84,
                     *       "timings": {
                     *         "dnsMs": 2,
                     *         "connectMs": 11,
                     *         "tlsMs": 24,
                     *         "firstByteMs": 46
                     *       },
                     *       "request": {
                     *         "method": "POST",
                     *         "url": "https://acme.io/webhooks",
                     *         "headers": {
                     *           "content-type": "application/json"
                     *         },
                     *         "body": "{\"type\":\"dossier.created\",\"timestamp\":\"2026-01-31T09:30:00.000Z\",\"data\":{\"dossier\":\"d-1\"}}"
                     *       },
                     *       "response": {
                     *         "status": 200,
                     *         "headers": {
                     *           "content-type": "text/plain"
                     *         },
                     *         "body": "ok"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["TestReport"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The URL is not verified. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The test could not be run. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    testEndpoints: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "filter": {
                 *         "eventType": "dossier.created"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TestMany"];
            };
        };
        responses: {
            /** @description One result per endpoint: the exchange, or the error. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "test": {
                     *             "outcome": "http_200",
                     *             "detail": null,
                     *             "sentAt": "2026-01-31T09:30:00.000Z",
                     *             "durationMs": 84,
                     *             "timings": {
                     *               "dnsMs": 2,
                     *               "connectMs": 11,
                     *               "tlsMs": 24,
                     *               "firstByteMs": 46
                     *             },
                     *             "request": {
                     *               "method": "POST",
                     *               "url": "https://acme.io/webhooks",
                     *               "headers": {
                     *                 "content-type": "application/json"
                     *               },
                     *               "body": "{\"type\":\"dossier.created\",\"timestamp\":\"2026-01-31T09:30:00.000Z\",\"data\":{\"dossier\":\"d-1\"}}"
                     *             },
                     *             "response": {
                     *               "status": 200,
                     *               "headers": {
                     *                 "content-type": "text/plain"
                     *               },
                     *               "body": "ok"
                     *             }
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["TestsOfMany"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    verifyEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the receiver echoed the challenge, with the request and the response. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "verified": true,
                     *       "endpoint": {
                     *         "id": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *         "url": "https://acme.io/webhooks",
                     *         "recipients": null,
                     *         "contract": "standard-webhooks",
                     *         "contractOptions": {},
                     *         "eventTypes": [
                     *           "dossier.*"
                     *         ],
                     *         "channels": [],
                     *         "filter": {
                     *           "risk": {
                     *             "score": [
                     *               {
                     *                 "numeric": [
                     *                   ">",
                     *                   80
                     *                 ]
                     *               }
                     *             ]
                     *           }
                     *         },
                     *         "transform": null,
                     *         "method": "POST",
                     *         "headers": {},
                     *         "timeoutMs": 10000,
                     *         "retryPolicy": "forty-days",
                     *         "autoPause": true,
                     *         "maxPerSecond": null,
                     *         "polling": false,
                     *         "description": "",
                     *         "secret": "****************************7oD=",
                     *         "token": "wh_4hGkz0CSjRD1W0uOZkzAq2yB",
                     *         "signingKey": "tenant",
                     *         "signatures": [],
                     *         "ownSignature": true,
                     *         "encryption": null,
                     *         "authentication": [],
                     *         "renameHeaders": {},
                     *         "timingHeaders": false,
                     *         "tls": null,
                     *         "template": null,
                     *         "own": null,
                     *         "verifyUrl": true,
                     *         "verifiedAt": "2026-01-31T09:30:00.412Z",
                     *         "status": "active",
                     *         "health": {
                     *           "state": "healthy",
                     *           "failures": 0,
                     *           "failingSince": null,
                     *           "lastSuccessAt": "2026-01-31T09:30:00.000Z",
                     *           "pausedBy": null,
                     *           "nextProbeAt": null
                     *         },
                     *         "environment": "live",
                     *         "createdAt": "2026-01-31T09:30:00.000Z",
                     *         "warnings": []
                     *       },
                     *       "exchange": {
                     *         "outcome": "http_200",
                     *         "detail": null,
                     *         "sentAt": "2026-01-31T09:30:00.000Z",
                     *         "durationMs": 84,
                     *         "timings": {
                     *           "dnsMs": 2,
                     *           "connectMs": 11,
                     *           "tlsMs": 24,
                     *           "firstByteMs": 46
                     *         },
                     *         "request": {
                     *           "method": "POST",
                     *           "url": "https://acme.io/webhooks",
                     *           "headers": {
                     *             "content-type": "application/json"
                     *           },
                     *           "body": "{\"type\":\"endpoint.verification\",\"challenge\":\"u0n3zLkX8Jm1QvZ4Yt6RwPbA2CdEfGhI\"}"
                     *         },
                     *         "response": {
                     *           "status": 200,
                     *           "headers": {
                     *             "content-type": "text/plain"
                     *           },
                     *           "body": "u0n3zLkX8Jm1QvZ4Yt6RwPbA2CdEfGhI"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Verification"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The challenge could not be sent. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    showMailLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example confirm.live.acme.ep_01h.0.mac */
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html> */
                    "text/html": string;
                };
            };
            /** @description The link is not valid: its time is over, or its endpoint or recipient is gone. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    useMailLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example confirm.live.acme.ep_01h.0.mac */
                link: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html> */
                    "text/html": string;
                };
            };
            /** @description The link is not valid: its time is over, or its endpoint or recipient is gone. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The endpoint is being changed. Try again. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listTemplates: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of templates. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "tpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "name": "partners",
                     *           "settings": {
                     *             "contract": "standard-webhooks",
                     *             "contractOptions": {},
                     *             "eventTypes": [
                     *               "dossier.*"
                     *             ],
                     *             "timeoutMs": 5000
                     *           },
                     *           "environment": "live",
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "updatedAt": "2026-01-31T09:30:00.412Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Template"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createTemplate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "partners",
                 *       "settings": {
                 *         "eventTypes": [
                 *           "dossier.*"
                 *         ],
                 *         "timeoutMs": 5000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TemplateInput"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "name": "partners",
                     *       "settings": {
                     *         "contract": "standard-webhooks",
                     *         "contractOptions": {},
                     *         "eventTypes": [
                     *           "dossier.*"
                     *         ],
                     *         "timeoutMs": 5000
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Template"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            /** @description The name is taken, or the limit is reached. Or: The `Idempotency-Key` was used with another body. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getTemplate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example tpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["TemplateId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The template. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "name": "partners",
                     *       "settings": {
                     *         "contract": "standard-webhooks",
                     *         "contractOptions": {},
                     *         "eventTypes": [
                     *           "dossier.*"
                     *         ],
                     *         "timeoutMs": 5000
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Template"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such template. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteTemplate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example tpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["TemplateId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such template. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Endpoints inherit from it, or it was changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    changeTemplate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example tpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["TemplateId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "settings": {
                 *         "timeoutMs": 8000
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TemplateChange"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "name": "partners",
                     *       "settings": {
                     *         "contract": "standard-webhooks",
                     *         "contractOptions": {},
                     *         "eventTypes": [
                     *           "dossier.*"
                     *         ],
                     *         "timeoutMs": 5000
                     *       },
                     *       "environment": "live",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Template"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such template. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It was changed in the meantime, or the name is taken. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    pollEndpointEvents: {
        parameters: {
            query?: {
                after?: string;
                since?: components["parameters"]["Since"];
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the feed. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "type": "dossier.created",
                     *           "tenant": "acme",
                     *           "environment": "live",
                     *           "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *           "occurredAt": null,
                     *           "subject": "dossier-1",
                     *           "channels": [],
                     *           "redactedAt": null,
                     *           "data": {
                     *             "dossier": "d-1"
                     *           },
                     *           "delivery": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "idempotencyKey": "wh_4hGkz0CSjRD1W0uOZkzAq2yB"
                     *         }
                     *       ],
                     *       "next": "MTc2OTg1MTgwMDAwMCNldnRfMDFrZzl2aHE1cGZoOXR6NGRnNWNraHN2aG0",
                     *       "more": false
                     *     }
                     */
                    "application/json": components["schemas"]["EventFeed"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The endpoint does not have `polling`. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    testFilter: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "filter": {
                 *         "risk": {
                 *           "score": [
                 *             {
                 *               "numeric": [
                 *                 ">",
                 *                 80
                 *               ]
                 *             }
                 *           ]
                 *         }
                 *       },
                 *       "data": {
                 *         "risk": {
                 *           "score": 75
                 *         }
                 *       }
                 *     }
                 */
                "application/json": {
                    filter?: components["schemas"]["Filter"];
                    /** @description Routing rules to test instead of those that are kept. */
                    rules?: components["schemas"]["RoutingRule"][];
                    /** @description What the data is posted with. */
                    channels?: string[];
                    data?: Record<string, unknown>;
                    /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
                    event?: string;
                };
            };
        };
        responses: {
            /** @description Whether the data matches. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "matches": false,
                     *       "failures": [
                     *         {
                     *           "path": "/risk/score",
                     *           "message": "matches no value in the data"
                     *         }
                     *       ],
                     *       "routing": {
                     *         "channels": [
                     *           "region:eu"
                     *         ],
                     *         "rules": [
                     *           {
                     *             "verdict": "matches",
                     *             "failures": []
                     *           }
                     *         ]
                     *       }
                     *     }
                     */
                    "application/json": {
                        matches: boolean;
                        failures: {
                            /** @description A JSON Pointer into the filter. */
                            path: string;
                            message: string;
                        }[];
                        /** @description Where there are routing rules. */
                        routing?: {
                            channels: string[];
                            rules: {
                                /**
                                 * @description `stopped`: a rule before it matched, and stops.
                                 * @enum {string}
                                 */
                                verdict: "matches" | "fails" | "stopped";
                                failures: {
                                    path: string;
                                    message: string;
                                }[];
                            }[];
                        };
                    };
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            /** @description Reading a stored event needs the scope events:read, and a session for all endpoints. */
            403: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such event, or it is not stored yet. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    testTransform: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "source": "{\"dossier\": id, \"name\": $uppercase(person.name)}",
                 *       "data": {
                 *         "id": "d-1",
                 *         "person": {
                 *           "name": "Ada"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    language?: "jsonata";
                    source?: string;
                    data?: Record<string, unknown>;
                    type?: string;
                    /** @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm */
                    event?: string;
                    /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                    endpoint?: string;
                };
            };
        };
        responses: {
            /** @description What the data becomes, or why it cannot be transformed. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "output": {
                     *         "dossier": "d-1",
                     *         "name": "ADA"
                     *       },
                     *       "failure": null,
                     *       "warnings": [],
                     *       "request": {
                     *         "method": "POST",
                     *         "url": "https://acme.io/webhooks",
                     *         "headers": {
                     *           "content-type": "application/json"
                     *         },
                     *         "body": "{\"type\":\"dossier.created\",\"timestamp\":\"2026-01-31T09:30:00.000Z\",\"data\":{\"dossier\":\"d-1\"}}"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["TransformTest"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            /** @description Reading a stored event needs the scope events:read, and a signed request endpoints:write. */
            403: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such event, or it is not stored yet. There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The request could not be formed. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    getRoutingRules: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules, in the order in which they are judged. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rules": [
                     *         {
                     *           "when": {
                     *             "country": [
                     *               "DE",
                     *               "AT"
                     *             ]
                     *           },
                     *           "set": {
                     *             "channels": [
                     *               "region:eu"
                     *             ]
                     *           },
                     *           "stop": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RoutingRules"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    putRoutingRules: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "rules": [
                 *         {
                 *           "when": {
                 *             "country": [
                 *               "DE",
                 *               "AT"
                 *             ]
                 *           },
                 *           "set": {
                 *             "channels": [
                 *               "region:eu"
                 *             ]
                 *           },
                 *           "stop": true
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RoutingRulesInput"];
            };
        };
        responses: {
            /** @description Replaced. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rules": [
                     *         {
                     *           "when": {
                     *             "country": [
                     *               "DE",
                     *               "AT"
                     *             ]
                     *           },
                     *           "set": {
                     *             "channels": [
                     *               "region:eu"
                     *             ]
                     *           },
                     *           "stop": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RoutingRules"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            /** @description They were changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getNoticeSettings: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As they were put; the defaults where nothing was. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "channels": [
                     *         "ops"
                     *       ],
                     *       "kinds": [
                     *         "endpoint.failing",
                     *         "endpoint.paused",
                     *         "endpoint.recovered",
                     *         "endpoint.slow",
                     *         "certificate.expiring",
                     *         "deliveries.dead"
                     *       ],
                     *       "timeZone": "Europe/Berlin",
                     *       "quietHours": {
                     *         "from": "22:00",
                     *         "to": "07:00"
                     *       },
                     *       "digest": {
                     *         "at": "08:00"
                     *       },
                     *       "slowAboveMs": 5000,
                     *       "link": "https://app.example.com/webhooks/{endpoint}",
                     *       "endpoints": {},
                     *       "words": {}
                     *     }
                     */
                    "application/json": components["schemas"]["NoticeSettings"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    putNoticeSettings: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "channels": [
                 *         "ops"
                 *       ],
                 *       "kinds": [
                 *         "endpoint.failing",
                 *         "endpoint.paused",
                 *         "endpoint.recovered",
                 *         "endpoint.slow",
                 *         "certificate.expiring",
                 *         "deliveries.dead"
                 *       ],
                 *       "timeZone": "Europe/Berlin",
                 *       "quietHours": {
                 *         "from": "22:00",
                 *         "to": "07:00"
                 *       },
                 *       "digest": {
                 *         "at": "08:00"
                 *       },
                 *       "slowAboveMs": 5000,
                 *       "link": "https://app.example.com/webhooks/{endpoint}",
                 *       "endpoints": {},
                 *       "words": {}
                 *     }
                 */
                "application/json": components["schemas"]["NoticeSettingsInput"];
            };
        };
        responses: {
            /** @description Set. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "channels": [
                     *         "ops"
                     *       ],
                     *       "kinds": [
                     *         "endpoint.failing",
                     *         "endpoint.paused",
                     *         "endpoint.recovered",
                     *         "endpoint.slow",
                     *         "certificate.expiring",
                     *         "deliveries.dead"
                     *       ],
                     *       "timeZone": "Europe/Berlin",
                     *       "quietHours": {
                     *         "from": "22:00",
                     *         "to": "07:00"
                     *       },
                     *       "digest": {
                     *         "at": "08:00"
                     *       },
                     *       "slowAboveMs": 5000,
                     *       "link": "https://app.example.com/webhooks/{endpoint}",
                     *       "endpoints": {},
                     *       "words": {}
                     *     }
                     */
                    "application/json": components["schemas"]["NoticeSettings"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            /** @description They were changed in the meantime. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
                since?: components["parameters"]["Since"];
                until?: components["parameters"]["Until"];
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint?: components["parameters"]["OfEndpoint"];
                /**
                 * @description Only deliveries of this event.
                 * @example evt_01kg9vhq5pfh9tz4dg5ckhsvhm
                 */
                event?: string;
                status?: "pending" | "waiting" | "held" | "delivered" | "dead" | "cancelled";
                type?: string;
                subject?: string;
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "event": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "type": "dossier.created",
                     *           "status": "delivered",
                     *           "run": 1,
                     *           "attempts": [
                     *             {
                     *               "number": 1,
                     *               "run": 1,
                     *               "cause": "first",
                     *               "at": "2026-01-31T09:30:00.000Z",
                     *               "durationMs": 84,
                     *               "outcome": "http_200",
                     *               "responseStatus": 200,
                     *               "detail": null,
                     *               "timings": {
                     *                 "dnsMs": 2,
                     *                 "connectMs": 11,
                     *                 "tlsMs": 24,
                     *                 "firstByteMs": 46
                     *               }
                     *             }
                     *           ],
                     *           "nextAttemptAt": null,
                     *           "deadlineAt": "2026-03-12T09:30:00.000Z",
                     *           "deathReason": null,
                     *           "transformVersion": null,
                     *           "replay": null,
                     *           "subject": "dossier-1",
                     *           "occurredAt": null,
                     *           "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *           "firstAttemptAt": "2026-01-31T09:30:00.412Z",
                     *           "deliveredAt": "2026-01-31T09:30:00.412Z",
                     *           "lastRequest": {
                     *             "headers": {
                     *               "webhook-id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *               "webhook-timestamp": "1769851800",
                     *               "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
                     *             },
                     *             "complete": true
                     *           },
                     *           "lastResponse": {
                     *             "status": 200,
                     *             "headers": {
                     *               "content-type": "text/plain"
                     *             },
                     *             "body": "ok"
                     *           },
                     *           "redactedAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Delivery"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint, or no such event. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "event": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "type": "dossier.created",
                     *       "status": "delivered",
                     *       "run": 1,
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "run": 1,
                     *           "cause": "first",
                     *           "at": "2026-01-31T09:30:00.000Z",
                     *           "durationMs": 84,
                     *           "outcome": "http_200",
                     *           "responseStatus": 200,
                     *           "detail": null,
                     *           "timings": {
                     *             "dnsMs": 2,
                     *             "connectMs": 11,
                     *             "tlsMs": 24,
                     *             "firstByteMs": 46
                     *           }
                     *         }
                     *       ],
                     *       "nextAttemptAt": null,
                     *       "deadlineAt": "2026-03-12T09:30:00.000Z",
                     *       "deathReason": null,
                     *       "transformVersion": null,
                     *       "replay": null,
                     *       "subject": "dossier-1",
                     *       "occurredAt": null,
                     *       "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *       "firstAttemptAt": "2026-01-31T09:30:00.412Z",
                     *       "deliveredAt": "2026-01-31T09:30:00.412Z",
                     *       "lastRequest": {
                     *         "headers": {
                     *           "webhook-id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "webhook-timestamp": "1769851800",
                     *           "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
                     *         },
                     *         "complete": true
                     *       },
                     *       "lastResponse": {
                     *         "status": 200,
                     *         "headers": {
                     *           "content-type": "text/plain"
                     *         },
                     *         "body": "ok"
                     *       },
                     *       "redactedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such delivery. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    retryDelivery: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery in its new run. */
            202: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "event": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "type": "dossier.created",
                     *       "status": "delivered",
                     *       "run": 1,
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "run": 1,
                     *           "cause": "first",
                     *           "at": "2026-01-31T09:30:00.000Z",
                     *           "durationMs": 84,
                     *           "outcome": "http_200",
                     *           "responseStatus": 200,
                     *           "detail": null,
                     *           "timings": {
                     *             "dnsMs": 2,
                     *             "connectMs": 11,
                     *             "tlsMs": 24,
                     *             "firstByteMs": 46
                     *           }
                     *         }
                     *       ],
                     *       "nextAttemptAt": null,
                     *       "deadlineAt": "2026-03-12T09:30:00.000Z",
                     *       "deathReason": null,
                     *       "transformVersion": null,
                     *       "replay": null,
                     *       "subject": "dossier-1",
                     *       "occurredAt": null,
                     *       "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *       "firstAttemptAt": "2026-01-31T09:30:00.412Z",
                     *       "deliveredAt": "2026-01-31T09:30:00.412Z",
                     *       "lastRequest": {
                     *         "headers": {
                     *           "webhook-id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "webhook-timestamp": "1769851800",
                     *           "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
                     *         },
                     *         "complete": true
                     *       },
                     *       "lastResponse": {
                     *         "status": 200,
                     *         "headers": {
                     *           "content-type": "text/plain"
                     *         },
                     *         "body": "ok"
                     *       },
                     *       "redactedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such delivery. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The endpoint was deleted. An attempt is in progress, the delivery is being changed, or its first attempt has not finished. The answer has `Retry-After` where waiting helps. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The retry could not be sent. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    cancelDelivery: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["DeliveryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery, cancelled. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "dlv_01kg9vhq5pfh9tz4dg5ckhsvhm01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "event": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "type": "dossier.created",
                     *       "status": "delivered",
                     *       "run": 1,
                     *       "attempts": [
                     *         {
                     *           "number": 1,
                     *           "run": 1,
                     *           "cause": "first",
                     *           "at": "2026-01-31T09:30:00.000Z",
                     *           "durationMs": 84,
                     *           "outcome": "http_200",
                     *           "responseStatus": 200,
                     *           "detail": null,
                     *           "timings": {
                     *             "dnsMs": 2,
                     *             "connectMs": 11,
                     *             "tlsMs": 24,
                     *             "firstByteMs": 46
                     *           }
                     *         }
                     *       ],
                     *       "nextAttemptAt": null,
                     *       "deadlineAt": "2026-03-12T09:30:00.000Z",
                     *       "deathReason": null,
                     *       "transformVersion": null,
                     *       "replay": null,
                     *       "subject": "dossier-1",
                     *       "occurredAt": null,
                     *       "acceptedAt": "2026-01-31T09:30:00.000Z",
                     *       "firstAttemptAt": "2026-01-31T09:30:00.412Z",
                     *       "deliveredAt": "2026-01-31T09:30:00.412Z",
                     *       "lastRequest": {
                     *         "headers": {
                     *           "webhook-id": "evt_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "webhook-timestamp": "1769851800",
                     *           "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
                     *         },
                     *         "complete": true
                     *       },
                     *       "lastResponse": {
                     *         "status": 200,
                     *         "headers": {
                     *           "content-type": "text/plain"
                     *         },
                     *         "body": "ok"
                     *       },
                     *       "redactedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such delivery. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The delivery is no longer waiting. An attempt is in progress, the delivery is being changed, or its first attempt has not finished. The answer has `Retry-After` where waiting helps. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getAttemptAnalytics: {
        parameters: {
            query?: {
                since?: components["parameters"]["Since"];
                until?: components["parameters"]["Until"];
                granularity?: components["parameters"]["Granularity"];
                /** @description Where days begin at midnight. */
                timeZone?: components["parameters"]["TimeZone"];
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint?: components["parameters"]["OfEndpoint"];
                type?: components["parameters"]["Type"];
                by?: "endpoint" | "type" | "outcome" | "attempt" | "contract" | "method" | "tls";
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-01-31T09:00:00.000Z",
                     *       "until": "2026-01-31T10:00:00.000Z",
                     *       "complete": true,
                     *       "live": null,
                     *       "asOf": null,
                     *       "percentiles": "exact hours",
                     *       "uncertainHours": 0,
                     *       "data": [
                     *         {
                     *           "at": "2026-01-31T09:00:00.000Z",
                     *           "group": null,
                     *           "count": 412,
                     *           "success": 409,
                     *           "failure": 3,
                     *           "successRate": 0.9927,
                     *           "avgMs": 121,
                     *           "p50Ms": 96,
                     *           "p95Ms": 310,
                     *           "p99Ms": 820,
                     *           "outcomes": {
                     *             "http_200": 409,
                     *             "http_503": 3
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnalyticsOfAttempts"];
                    "text/csv": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getDeliveryAnalytics: {
        parameters: {
            query?: {
                since?: components["parameters"]["Since"];
                until?: components["parameters"]["Until"];
                granularity?: components["parameters"]["Granularity"];
                /** @description Where days begin at midnight. */
                timeZone?: components["parameters"]["TimeZone"];
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint?: components["parameters"]["OfEndpoint"];
                type?: components["parameters"]["Type"];
                by?: "endpoint" | "type" | "outcome" | "attempt" | "contract" | "method" | "tls";
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-01-31T09:00:00.000Z",
                     *       "until": "2026-01-31T10:00:00.000Z",
                     *       "complete": true,
                     *       "live": null,
                     *       "asOf": null,
                     *       "percentiles": "exact hours",
                     *       "uncertainHours": 0,
                     *       "data": [
                     *         {
                     *           "at": "2026-01-31T09:00:00.000Z",
                     *           "group": null,
                     *           "delivered": 409,
                     *           "dead": 0,
                     *           "cancelled": 0,
                     *           "deliveredRate": 1,
                     *           "avgMs": 160,
                     *           "p50Ms": 131,
                     *           "p95Ms": 400,
                     *           "p99Ms": 61000,
                     *           "ends": {
                     *             "delivered": 409
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnalyticsOfDeliveries"];
                    "text/csv": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getLatencyAnalytics: {
        parameters: {
            query?: {
                since?: components["parameters"]["Since"];
                until?: components["parameters"]["Until"];
                granularity?: components["parameters"]["Granularity"];
                /** @description Where days begin at midnight. */
                timeZone?: components["parameters"]["TimeZone"];
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint?: components["parameters"]["OfEndpoint"];
                type?: components["parameters"]["Type"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-01-31T09:00:00.000Z",
                     *       "until": "2026-01-31T10:00:00.000Z",
                     *       "complete": true,
                     *       "live": null,
                     *       "asOf": null,
                     *       "percentiles": "exact hours",
                     *       "uncertainHours": 0,
                     *       "data": [
                     *         {
                     *           "at": "2026-01-31T09:00:00.000Z",
                     *           "count": 412,
                     *           "avgMs": 121,
                     *           "p50Ms": 96,
                     *           "p95Ms": 310,
                     *           "p99Ms": 820,
                     *           "phases": {
                     *             "dnsMs": 3,
                     *             "connectMs": 12,
                     *             "tlsMs": 20,
                     *             "firstByteMs": 96
                     *           },
                     *           "keptConnections": 380,
                     *           "buckets": [
                     *             {
                     *               "fromMs": 90.5,
                     *               "toMs": 100.1,
                     *               "count": 212
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnalyticsOfLatency"];
                    "text/csv": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getRetryAnalytics: {
        parameters: {
            query?: {
                since?: components["parameters"]["Since"];
                until?: components["parameters"]["Until"];
                granularity?: components["parameters"]["Granularity"];
                /** @description Where days begin at midnight. */
                timeZone?: components["parameters"]["TimeZone"];
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint?: components["parameters"]["OfEndpoint"];
                type?: components["parameters"]["Type"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By attempt. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-01-31T09:00:00.000Z",
                     *       "until": "2026-01-31T10:00:00.000Z",
                     *       "complete": true,
                     *       "live": null,
                     *       "asOf": null,
                     *       "percentiles": "exact hours",
                     *       "uncertainHours": 0,
                     *       "data": [
                     *         {
                     *           "attempt": "2",
                     *           "attempts": 30,
                     *           "successes": 24,
                     *           "successRate": 0.8,
                     *           "delivered": 24,
                     *           "deliveredShare": 0.06
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnalyticsOfRetries"];
                    "text/csv": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getAnalyticsSummary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The summary. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-01-30T10:00:00.000Z",
                     *       "until": "2026-01-31T10:00:00.000Z",
                     *       "asOf": null,
                     *       "complete": false,
                     *       "now": {
                     *         "attempts": 412,
                     *         "success": 409,
                     *         "failure": 3,
                     *         "successRate": 0.9927,
                     *         "avgMs": 121,
                     *         "p50Ms": 96,
                     *         "p95Ms": 310,
                     *         "p99Ms": 820,
                     *         "delivered": 409,
                     *         "dead": 0,
                     *         "cancelled": 0,
                     *         "outcomes": {
                     *           "http_200": 409,
                     *           "http_503": 3
                     *         }
                     *       },
                     *       "before": {
                     *         "attempts": 0,
                     *         "success": 0,
                     *         "failure": 0,
                     *         "successRate": null,
                     *         "avgMs": null,
                     *         "p50Ms": null,
                     *         "p95Ms": null,
                     *         "p99Ms": null,
                     *         "delivered": 0,
                     *         "dead": 0,
                     *         "cancelled": 0,
                     *         "outcomes": {}
                     *       },
                     *       "hours": [
                     *         {
                     *           "at": "2026-01-31T09:00:00.000Z",
                     *           "count": 412,
                     *           "success": 409
                     *         }
                     *       ],
                     *       "endpoints": [
                     *         {
                     *           "tenant": "acme",
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "attempts": 412,
                     *           "failures": 3,
                     *           "p95Ms": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnalyticsSummary"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such tenant. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A header names no environment. */
            422: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getComparison: {
        parameters: {
            query?: {
                /** @description When it was changed; the last change that is known unless it is given. */
                at?: string;
                hours?: number;
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Before, and after. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "at": "2026-01-31T10:20:00.000Z",
                     *       "hours": 1,
                     *       "complete": true,
                     *       "live": null,
                     *       "data": [
                     *         {
                     *           "period": "before",
                     *           "since": "2026-01-31T09:00:00.000Z",
                     *           "until": "2026-01-31T10:00:00.000Z",
                     *           "attempts": 440,
                     *           "success": 409,
                     *           "failure": 31,
                     *           "successRate": 0.9295,
                     *           "avgMs": 121,
                     *           "p50Ms": 96,
                     *           "p95Ms": 310,
                     *           "p99Ms": 820,
                     *           "delivered": 409,
                     *           "dead": 0,
                     *           "cancelled": 0,
                     *           "outcomes": {
                     *             "http_200": 409,
                     *             "timeout_response": 31
                     *           },
                     *           "deliveredRate": 1,
                     *           "retries": 31,
                     *           "retryShare": 0.0705,
                     *           "firstAttemptRate": 0.9242
                     *         },
                     *         {
                     *           "period": "after",
                     *           "since": "2026-01-31T11:00:00.000Z",
                     *           "until": "2026-01-31T12:00:00.000Z",
                     *           "attempts": 440,
                     *           "success": 409,
                     *           "failure": 31,
                     *           "successRate": 0.9295,
                     *           "avgMs": 121,
                     *           "p50Ms": 96,
                     *           "p95Ms": 310,
                     *           "p99Ms": 820,
                     *           "delivered": 409,
                     *           "dead": 0,
                     *           "cancelled": 0,
                     *           "outcomes": {
                     *             "http_200": 409,
                     *             "timeout_response": 31
                     *           },
                     *           "deliveredRate": 1,
                     *           "retries": 31,
                     *           "retryShare": 0.0705,
                     *           "firstAttemptRate": 0.9242
                     *         }
                     *       ],
                     *       "difference": {
                     *         "successRate": 0,
                     *         "deliveredRate": 0,
                     *         "retryShare": 0,
                     *         "firstAttemptRate": 0,
                     *         "avgMs": 0,
                     *         "p50Ms": 0,
                     *         "p95Ms": 0,
                     *         "p99Ms": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Comparison"];
                    "text/csv": string;
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getRecommendations: {
        parameters: {
            query?: {
                changedAt?: string;
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most urgent first. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-01-31T09:30:00.000Z",
                     *       "until": "2026-01-31T09:30:00.412Z",
                     *       "data": []
                     *     }
                     */
                    "application/json": components["schemas"]["Recommendations"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listIssueMarks: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The marks that hold. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "outcome": "http_503",
                     *           "state": "muted",
                     *           "reason": "The receiver is being moved.",
                     *           "by": "zoe@acme.example",
                     *           "at": "2026-01-31T09:30:00.000Z",
                     *           "until": "2026-02-03T09:30:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["IssueMarks"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    markIssue: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "outcome": "http_503",
                 *       "state": "muted",
                 *       "reason": "The receiver is being moved.",
                 *       "until": "2026-02-03T09:30:00.000Z"
                 *     }
                 */
                "application/json": components["schemas"]["IssueMarkInput"];
            };
        };
        responses: {
            /** @description How the issue stands now. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "outcome": "http_503",
                     *       "state": "muted",
                     *       "reason": "The receiver is being moved.",
                     *       "by": "zoe@acme.example",
                     *       "at": "2026-01-31T09:30:00.000Z",
                     *       "until": "2026-02-03T09:30:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["IssueMark"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The marks are being changed, or there are 100. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listReplays: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                endpoint?: components["parameters"]["OfEndpoint"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of replays. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "state": "running",
                     *           "status": "dead",
                     *           "types": [],
                     *           "subject": null,
                     *           "since": "2026-01-30T00:00:00.000Z",
                     *           "until": "2026-01-31T09:30:00.000Z",
                     *           "reachedAt": "2026-01-30T17:21:09.113Z",
                     *           "found": 1200,
                     *           "sent": 1100,
                     *           "skipped": 3,
                     *           "cancelledBy": null,
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "updatedAt": "2026-01-31T09:30:00.412Z",
                     *           "finishedAt": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Replay"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createReplay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                 *       "since": "2026-01-31T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["ReplayInput"];
            };
        };
        responses: {
            /** @description The result of a dry run. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 5000,
                     *       "complete": true
                     *     }
                     */
                    "application/json": components["schemas"]["ReplayCount"];
                };
            };
            /** @description Started. */
            202: {
                headers: {
                    /** @description The path of the replay, which shows its progress. */
                    Location?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "state": "running",
                     *       "status": "dead",
                     *       "types": [],
                     *       "subject": null,
                     *       "since": "2026-01-30T00:00:00.000Z",
                     *       "until": "2026-01-31T09:30:00.000Z",
                     *       "reachedAt": "2026-01-30T17:21:09.113Z",
                     *       "found": 1200,
                     *       "sent": 1100,
                     *       "skipped": 3,
                     *       "cancelledBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z",
                     *       "finishedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Replay"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The `Idempotency-Key` was used with another body. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The replay could not be started. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    recoverEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example ep_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["EndpointId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-01-31T00:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["RecoveryInput"];
            };
        };
        responses: {
            /** @description The result of a dry run. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 5000,
                     *       "complete": true
                     *     }
                     */
                    "application/json": components["schemas"]["ReplayCount"];
                };
            };
            /** @description Started. */
            202: {
                headers: {
                    /** @description The path of the replay, which shows its progress. */
                    Location?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "state": "running",
                     *       "status": "dead",
                     *       "types": [],
                     *       "subject": null,
                     *       "since": "2026-01-30T00:00:00.000Z",
                     *       "until": "2026-01-31T09:30:00.000Z",
                     *       "reachedAt": "2026-01-30T17:21:09.113Z",
                     *       "found": 1200,
                     *       "sent": 1100,
                     *       "skipped": 3,
                     *       "cancelledBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z",
                     *       "finishedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Replay"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The `Idempotency-Key` was used with another body. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The replay could not be started. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    getReplay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example rpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["ReplayId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "state": "running",
                     *       "status": "dead",
                     *       "types": [],
                     *       "subject": null,
                     *       "since": "2026-01-30T00:00:00.000Z",
                     *       "until": "2026-01-31T09:30:00.000Z",
                     *       "reachedAt": "2026-01-30T17:21:09.113Z",
                     *       "found": 1200,
                     *       "sent": 1100,
                     *       "skipped": 3,
                     *       "cancelledBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z",
                     *       "finishedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Replay"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such replay. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    pauseReplay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example rpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["ReplayId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay, paused. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "state": "running",
                     *       "status": "dead",
                     *       "types": [],
                     *       "subject": null,
                     *       "since": "2026-01-30T00:00:00.000Z",
                     *       "until": "2026-01-31T09:30:00.000Z",
                     *       "reachedAt": "2026-01-30T17:21:09.113Z",
                     *       "found": 1200,
                     *       "sent": 1100,
                     *       "skipped": 3,
                     *       "cancelledBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z",
                     *       "finishedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Replay"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such replay. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The replay has ended, or is being changed. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    resumeReplay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example rpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["ReplayId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay, running. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "state": "running",
                     *       "status": "dead",
                     *       "types": [],
                     *       "subject": null,
                     *       "since": "2026-01-30T00:00:00.000Z",
                     *       "until": "2026-01-31T09:30:00.000Z",
                     *       "reachedAt": "2026-01-30T17:21:09.113Z",
                     *       "found": 1200,
                     *       "sent": 1100,
                     *       "skipped": 3,
                     *       "cancelledBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z",
                     *       "finishedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Replay"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such replay. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The replay has ended, or is being changed. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The replay could not be resumed: send the request again. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    cancelReplay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example rpl_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: components["parameters"]["ReplayId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay, cancelled. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rpl_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "endpoint": "ep_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "state": "running",
                     *       "status": "dead",
                     *       "types": [],
                     *       "subject": null,
                     *       "since": "2026-01-30T00:00:00.000Z",
                     *       "until": "2026-01-31T09:30:00.000Z",
                     *       "reachedAt": "2026-01-30T17:21:09.113Z",
                     *       "found": 1200,
                     *       "sent": 1100,
                     *       "skipped": 3,
                     *       "cancelledBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "updatedAt": "2026-01-31T09:30:00.412Z",
                     *       "finishedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Replay"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such replay. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The replay is already done, or is being changed. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "key_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "parent": null,
                     *           "createdBy": {
                     *             "actor": "sam@example.com",
                     *             "subject": "248289761001"
                     *           },
                     *           "name": "producer",
                     *           "tenant": "acme",
                     *           "environment": "live",
                     *           "scopes": [
                     *             "events:write",
                     *             "events:read"
                     *           ],
                     *           "hint": "ph_live_dN4w",
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "expiresAt": null,
                     *           "revokedAt": null,
                     *           "lastUsedAt": "2026-01-31T09:00:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Key"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "producer",
                 *       "preset": "producer"
                 *     }
                 */
                "application/json": components["schemas"]["KeyInput"];
            };
        };
        responses: {
            /** @description An earlier request with this `Idempotency-Key` created the key. The key itself is not shown again. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "parent": null,
                     *       "createdBy": {
                     *         "actor": "sam@example.com",
                     *         "subject": "248289761001"
                     *       },
                     *       "name": "producer",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "scopes": [
                     *         "events:write",
                     *         "events:read"
                     *       ],
                     *       "hint": "ph_live_dN4w",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "expiresAt": null,
                     *       "revokedAt": null,
                     *       "lastUsedAt": "2026-01-31T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description The key, which is shown only this once. */
            201: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "parent": null,
                     *       "createdBy": {
                     *         "actor": "sam@example.com",
                     *         "subject": "248289761001"
                     *       },
                     *       "name": "producer",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "scopes": [
                     *         "events:write",
                     *         "events:read"
                     *       ],
                     *       "hint": "ph_live_dN4w",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "expiresAt": null,
                     *       "revokedAt": null,
                     *       "lastUsedAt": "2026-01-31T09:00:00.000Z",
                     *       "key": "ph_live_dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            /** @description The limit for this kind of resource is reached. Or: The `Idempotency-Key` was used with another body. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getCurrentKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The owner and scopes. The operator’s key, and a session of the console, belong to no tenant; the key has every scope, the session those of its role. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kind": "tenant",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "scopes": [
                     *         "events:write",
                     *         "events:read"
                     *       ],
                     *       "key": {
                     *         "id": "key_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *         "parent": null,
                     *         "createdBy": {
                     *           "actor": "sam@example.com",
                     *           "subject": "248289761001"
                     *         },
                     *         "name": "producer",
                     *         "tenant": "acme",
                     *         "environment": "live",
                     *         "scopes": [
                     *           "events:write",
                     *           "events:read"
                     *         ],
                     *         "hint": "ph_live_dN4w",
                     *         "createdAt": "2026-01-31T09:30:00.000Z",
                     *         "expiresAt": null,
                     *         "revokedAt": null,
                     *         "lastUsedAt": "2026-01-31T09:00:00.000Z"
                     *       },
                     *       "session": null
                     *     }
                     */
                    "application/json": components["schemas"]["CurrentKey"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example key_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key’s details, without the key itself. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "parent": null,
                     *       "createdBy": {
                     *         "actor": "sam@example.com",
                     *         "subject": "248289761001"
                     *       },
                     *       "name": "producer",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "scopes": [
                     *         "events:write",
                     *         "events:read"
                     *       ],
                     *       "hint": "ph_live_dN4w",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "expiresAt": null,
                     *       "revokedAt": null,
                     *       "lastUsedAt": "2026-01-31T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Key"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such key. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path: {
                /** @example key_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. The keys stop working within seconds. */
            204: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such key. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listPortalSessions: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ses_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "actor": "zoe@acme.example",
                     *           "madeBy": null,
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "expiresAt": "2026-01-31T10:30:00.000Z",
                     *           "tenant": "acme",
                     *           "environment": "live",
                     *           "scopes": [
                     *             "events:read",
                     *             "endpoints:read",
                     *             "deliveries:read"
                     *           ],
                     *           "endpoints": null,
                     *           "embedOrigin": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["PortalSession"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createPortalSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "preset": "developer",
                 *       "actor": "zoe@acme.example"
                 *     }
                 */
                "application/json": components["schemas"]["PortalSessionInput"];
            };
        };
        responses: {
            /** @description The session with its token, which is shown only this once. */
            201: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ses_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "actor": "zoe@acme.example",
                     *       "madeBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "expiresAt": "2026-01-31T10:30:00.000Z",
                     *       "tenant": "acme",
                     *       "environment": "live",
                     *       "scopes": [
                     *         "events:read",
                     *         "endpoints:read",
                     *         "deliveries:read"
                     *       ],
                     *       "endpoints": null,
                     *       "embedOrigin": null,
                     *       "token": "ph_session.live.acme.ses_01kg9vhq5pfh9tz4dg5ckhsvhm.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM",
                     *       "url": "https://hooks.example.com/portal/#token=ph_session.live.acme.ses_01kg9vhq5pfh9tz4dg5ckhsvhm.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedPortalSession"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such endpoint. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokePortalSessions: {
        parameters: {
            query?: {
                /**
                 * @description Only this one; all if it is left out.
                 * @example ses_01kg9vhq5pfh9tz4dg5ckhsvhm
                 */
                id?: string;
            };
            header?: {
                /**
                 * @description With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.
                 * @example acme
                 */
                "Posthorn-Tenant"?: components["parameters"]["PosthornTenant"];
                /** @description With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment. */
                "Posthorn-Environment"?: components["parameters"]["PosthornEnvironment"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many were revoked. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revoked": 3,
                     *       "complete": true
                     *     }
                     */
                    "application/json": components["schemas"]["RevokedSessions"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such session. Or: The tenant that the operator named does not exist. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listConsoleSessions: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ses_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "actor": "zoe@acme.example",
                     *           "madeBy": null,
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "expiresAt": "2026-01-31T10:30:00.000Z",
                     *           "role": "admin",
                     *           "signIn": "oidc",
                     *           "from": "198.51.100.7"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ConsoleSession"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createConsoleSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "role": "support",
                 *       "actor": "sam@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["ConsoleSessionInput"];
            };
        };
        responses: {
            /** @description The session with its token, which is shown only this once. */
            201: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ses_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "actor": "zoe@acme.example",
                     *       "madeBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "expiresAt": "2026-01-31T10:30:00.000Z",
                     *       "role": "admin",
                     *       "signIn": "oidc",
                     *       "from": "198.51.100.7",
                     *       "token": "ph_session.live.acme.ses_01kg9vhq5pfh9tz4dg5ckhsvhm.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM",
                     *       "url": "https://hooks.example.com/console/#token=ph_session.live.acme.ses_01kg9vhq5pfh9tz4dg5ckhsvhm.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedConsoleSession"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeConsoleSessions: {
        parameters: {
            query?: {
                /**
                 * @description Only this one; all if it is left out.
                 * @example ses_01kg9vhq5pfh9tz4dg5ckhsvhm
                 */
                id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many were revoked. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revoked": 3,
                     *       "complete": true
                     *     }
                     */
                    "application/json": components["schemas"]["RevokedSessions"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such session. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            204: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description The request is made with a key, not with a session. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the page sends to the identity provider, beside `state`, `nonce` and the PKCE challenge. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "authorizationEndpoint": "https://login.example.com/authorize",
                     *       "clientId": "posthorn-console",
                     *       "scope": "openid email",
                     *       "redirectUri": "https://hooks.example.com/console"
                     *     }
                     */
                    "application/json": {
                        authorizationEndpoint: string;
                        clientId: string;
                        scope: string;
                        redirectUri: string;
                    };
                };
            };
            /** @description There is no identity provider: the setting oidc is not set. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The identity provider cannot be reached, or is not what the setting oidc says. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "SplxlOBeZQQYbYS6WxSbIA",
                 *       "codeVerifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                 *       "nonce": "n-0S6_WzA2Mj-8f4f2c"
                 *     }
                 */
                "application/json": components["schemas"]["SignInInput"];
            };
        };
        responses: {
            /** @description The session with its token, which is shown only this once. */
            201: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ses_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "actor": "zoe@acme.example",
                     *       "madeBy": null,
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "expiresAt": "2026-01-31T10:30:00.000Z",
                     *       "role": "admin",
                     *       "signIn": "oidc",
                     *       "from": "198.51.100.7",
                     *       "token": "ph_session.live.acme.ses_01kg9vhq5pfh9tz4dg5ckhsvhm.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM",
                     *       "url": "https://hooks.example.com/console/#token=ph_session.live.acme.ses_01kg9vhq5pfh9tz4dg5ckhsvhm.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedConsoleSession"];
                };
            };
            400: components["responses"]["Problem400"];
            /** @description The identity provider does not know the code, or its token does not hold. */
            401: {
                headers: {
                    /** @description The kind of key that is required. */
                    "WWW-Authenticate"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The person has no role here. */
            403: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no identity provider: the setting oidc is not set. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The identity provider cannot be reached, or is not what the setting oidc says. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "acme",
                     *       "name": "Acme Ltd",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "deletedAt": null,
                     *       "erasure": null
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such tenant. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    putTenant: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                /** @example acme */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme Ltd"
                 *     }
                 */
                "application/json": {
                    /** @example Acme Ltd */
                    name: string;
                };
            };
        };
        responses: {
            /** @description The tenant existed already, and has this name now. */
            200: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "acme",
                     *       "name": "Acme Ltd",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "deletedAt": null,
                     *       "erasure": null
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description Created. */
            201: {
                headers: {
                    /**
                     * @description The version: send it as `If-Match` with the next change.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "acme",
                     *       "name": "Acme Ltd",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "deletedAt": null,
                     *       "erasure": null
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description The tenant was deleted, and its data was removed less than 7 days ago or is still being removed. The answer has `Retry-After`. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteTenant: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The `ETag` of the version to change. If it is not the current one, the answer is 412.
                 * @example "1"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted; its data is being removed. */
            202: {
                headers: {
                    /** @description The path of the tenant, which shows the progress. */
                    Location?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "acme",
                     *       "name": "Acme Ltd",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "deletedAt": "2026-01-31T09:30:00.412Z",
                     *       "erasure": {
                     *         "state": "running",
                     *         "done": {
                     *           "keys": 2,
                     *           "endpoints": 1,
                     *           "templates": 0,
                     *           "feeds": 0,
                     *           "replays": 0,
                     *           "events": 0,
                     *           "rollups": 0
                     *         },
                     *         "finishedAt": null
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such tenant. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` does not name the current version. */
            412: {
                headers: {
                    /**
                     * @description The current version.
                     * @example "1"
                     */
                    ETag?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            /** @description The tenant may not be deleted yet. Send the request again. */
            503: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Too Many Requests"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayAnswer"];
                };
            };
        };
    };
    listTenants: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tenants. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "acme",
                     *           "name": "Acme Ltd",
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "deletedAt": null,
                     *           "erasure": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Tenant"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listSigningKeys: {
        parameters: {
            query?: {
                /** @description The tenant whose keys the operator means; the stack’s if it is left out. A tenant’s key means its own. */
                tenant?: string;
                /** @description The environment whose events the key signs: `live` unless said, or that of the tenant’s key. */
                environment?: "live" | "test";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All its keys. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "sk_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "algorithm": "Ed25519",
                     *           "origin": "generated",
                     *           "state": "signing",
                     *           "publicKey": "-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----\n",
                     *           "createdAt": "2026-01-31T09:30:00.000Z",
                     *           "signsFrom": "2026-01-31T09:30:00.000Z",
                     *           "publishedUntil": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["SigningKey"][];
                        /** @description Send it as `cursor` to get the next page; null on the last page. */
                        next: string | null;
                    };
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such tenant. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    bringSigningKey: {
        parameters: {
            query?: {
                /** @description The environment whose events the key signs. */
                environment?: "live" | "test";
            };
            header?: {
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "privateKey": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
                 *       "leadSeconds": 0
                 *     }
                 */
                "application/json": {
                    privateKey: string;
                    /** @default 86400 */
                    overlapSeconds?: number;
                    /** @default 0 */
                    leadSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The key, without its private half. */
            201: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "sk_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "algorithm": "Ed25519",
                     *       "origin": "generated",
                     *       "state": "signing",
                     *       "publicKey": "-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----\n",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "signsFrom": "2026-01-31T09:30:00.000Z",
                     *       "publishedUntil": null
                     *     }
                     */
                    "application/json": components["schemas"]["SigningKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description The key was already imported. Or: Another request is changing the keys, or too many are published. Or: The `Idempotency-Key` was used with another body. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    rotateSigningKey: {
        parameters: {
            query?: {
                /** @description The tenant whose keys the operator means; the stack’s if it is left out. A tenant’s key means its own. */
                tenant?: string;
                /** @description The environment whose events the key signs: `live` unless said, or that of the tenant’s key. */
                environment?: "live" | "test";
            };
            header?: {
                /**
                 * @description A repeat with the same key and body within 7 days returns what the first request created.
                 * @example dossier-1
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example sk_01kg9vhq5pfh9tz4dg5ckhsvhm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "overlapSeconds": 86400,
                 *       "leadSeconds": 600
                 *     }
                 */
                "application/json": {
                    /** @default 86400 */
                    overlapSeconds?: number;
                    /** @default 600 */
                    leadSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The new key. */
            201: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "sk_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *       "algorithm": "Ed25519",
                     *       "origin": "generated",
                     *       "state": "signing",
                     *       "publicKey": "-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----\n",
                     *       "createdAt": "2026-01-31T09:30:00.000Z",
                     *       "signsFrom": "2026-01-31T09:30:00.000Z",
                     *       "publishedUntil": null
                     *     }
                     */
                    "application/json": components["schemas"]["SigningKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            /** @description There is no such key. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was already rotated. Or: Another request is changing the keys, or too many are published. Or: The `Idempotency-Key` was used with another body. */
            409: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All keys that sign now, will sign, or signed recently. */
            200: {
                headers: {
                    /** @description How long receivers may cache the answer. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "OKP",
                     *           "crv": "Ed25519",
                     *           "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                     *           "kid": "sk_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "alg": "EdDSA",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Jwks"];
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getPublicKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The key’s id, followed by `.pem`.
                 * @example sk_01kg9vhq5pfh9tz4dg5ckhsvhm.pem
                 */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public key as SPKI, in PEM. */
            200: {
                headers: {
                    /** @description How long receivers may cache the answer. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example -----BEGIN PUBLIC KEY-----
                     *     ...
                     *     -----END PUBLIC KEY-----
                     */
                    "application/x-pem-file": string;
                };
            };
            /** @description There is no such key. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getTenantJwks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example acme */
                tenant: string;
                environment: "live" | "test";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All keys that sign now, will sign, or signed recently. */
            200: {
                headers: {
                    /** @description How long receivers may cache the answer. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "OKP",
                     *           "crv": "Ed25519",
                     *           "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                     *           "kid": "sk_01kg9vhq5pfh9tz4dg5ckhsvhm",
                     *           "alg": "EdDSA",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Jwks"];
                };
            };
            /** @description There is no such tenant. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getTenantPublicKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example acme */
                tenant: string;
                environment: "live" | "test";
                /**
                 * @description The key’s id, followed by `.pem`.
                 * @example sk_01kg9vhq5pfh9tz4dg5ckhsvhm.pem
                 */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public key as SPKI, in PEM. */
            200: {
                headers: {
                    /** @description How long receivers may cache the answer. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example -----BEGIN PUBLIC KEY-----
                     *     ...
                     *     -----END PUBLIC KEY-----
                     */
                    "application/x-pem-file": string;
                };
            };
            /** @description There is no such key. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getSealingKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions, never the key itself. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "current": 2,
                     *       "versions": [
                     *         1,
                     *         2
                     *       ],
                     *       "changedAt": "2026-01-31T09:30:00.000Z",
                     *       "settledAt": "2026-01-31T09:36:00.000Z",
                     *       "eventDataUntil": null
                     *     }
                     */
                    "application/json": components["schemas"]["SealingKeys"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    reseal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description The `next` of the previous answer. */
                    cursor?: string;
                };
            };
        };
        responses: {
            /** @description The progress. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "current": 2,
                     *       "walked": 1204,
                     *       "resealed": 1203,
                     *       "left": 0,
                     *       "othersUnused": true,
                     *       "settledAt": "2026-01-31T09:36:00.000Z",
                     *       "eventDataUntil": null,
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["Resealing"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getEgressAddresses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The addresses. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "addresses": [
                     *         "192.0.2.10",
                     *         "192.0.2.11"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EgressAddresses"];
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The API answers. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document, in OpenAPI 3.1. */
            200: {
                headers: {
                    /** @description How long the answer may be cached. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0"
                     *     }
                     */
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of Swagger UI. */
            200: {
                headers: {
                    /** @description How long the answer may be cached. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html> */
                    "text/html": string;
                };
            };
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getDocsFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example swagger-ui.css */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A script, a style sheet or a picture. */
            200: {
                headers: {
                    /** @description How long the answer may be cached. */
                    "Cache-Control"?: string;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example /* ... *\/ */
                    "text/javascript": string;
                    /** @example /* ... *\/ */
                    "text/css": string;
                    /** @example /* ... *\/ */
                    "text/html": string;
                    /** @example /* ... *\/ */
                    "image/png": string;
                };
            };
            /** @description There is no such file. */
            404: {
                headers: {
                    /**
                     * @description Seconds to wait before trying again.
                     * @example 1
                     */
                    "Retry-After"?: number;
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getQueues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each queue. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "queue": "events",
                     *           "ready": 0,
                     *           "inFlight": 2,
                     *           "delayed": 0,
                     *           "deadLetters": 0
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["Queues"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listDeadLetters: {
        parameters: {
            query: {
                queue: "events" | "wakes";
                limit?: components["parameters"]["Limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages that were found. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "5b1f1b8e-5d6c-4e0b-9a55-0f2f1a1f7c11",
                     *           "queue": "events",
                     *           "readable": true,
                     *           "tenant": "acme",
                     *           "environment": "live",
                     *           "event": "evt_01kdvdna00eahs4f3g24k95bvr",
                     *           "type": "order.paid",
                     *           "endpoint": null,
                     *           "replay": null,
                     *           "sentAt": "2026-11-21T10:15:02.852Z",
                     *           "receives": 1,
                     *           "bytes": 412,
                     *           "body": null
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["DeadLetters"];
                };
            };
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    redriveDeadLetters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "queue": "events",
                 *       "limit": 100
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    queue: "events" | "wakes";
                    /** @default 100 */
                    limit?: number;
                };
            };
        };
        responses: {
            /** @description How many messages were sent back. */
            200: {
                headers: {
                    "Posthorn-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "queue": "events",
                     *       "moved": 100,
                     *       "refused": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Redrive"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
}
