require 'json'
require 'openssl'

# The endpoint's option `signedContent`.
WITH_TIME = ENV['WEBHOOK_SIGNED_CONTENT'] == 'timestamp.body'

# Gives nothing unless one of the secrets signed it; the time is the event's, so it may be old.
def verified(headers, body)
  given = headers.fetch('x-webhook-signature', '')
  signed = WITH_TIME ? "#{headers['x-webhook-timestamp']}.".b + body : body
  is_genuine = SECRETS.any? do |secret|
    OpenSSL.secure_compare("sha256=#{OpenSSL::HMAC.hexdigest('SHA256', secret, signed)}", given)
  end
  return unless is_genuine

  event = JSON.parse(body, max_nesting: 200)
  { id: event.fetch('id'), event: } # Not X-Webhook-ID, which no signature covers.
end
