require 'json'
require 'openssl'

# Gives nothing unless one of the secrets signed it; the time is the event's, so it may be old.
def verified(headers, body)
  given = headers.fetch('x-webhook-signature', '')
  is_genuine = SECRETS.any? do |secret|
    # With the option `signedContent: "timestamp.body"`: "#{headers['x-webhook-timestamp']}.".b + body.
    OpenSSL.secure_compare("sha256=#{OpenSSL::HMAC.hexdigest('SHA256', secret, body)}", given)
  end
  return unless is_genuine

  event = JSON.parse(body, max_nesting: 200)
  { id: event.fetch('id'), event: } # Not X-Webhook-ID, which no signature covers.
end
