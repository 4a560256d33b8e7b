require 'json'
require 'openssl'

# Gives nothing unless one of the secrets signed it within the last five minutes.
def verified(headers, body)
  given = headers.fetch('x-bronid-signature-sha', '')
  is_genuine = SECRETS.any? do |secret|
    # SHA3-256, which is not SHA-256.
    hash = OpenSSL::Digest.hexdigest('SHA3-256', body + secret.b)
    OpenSSL.secure_compare("bronid_sec_sha256_#{hash}", given)
  end
  return unless is_genuine

  sent = JSON.parse(body, max_nesting: 200)
  return unless (Time.now.to_i - sent.fetch('timestamp')).abs <= 300

  # There is no id: what stays the same when it is sent again tells it.
  event = sent.except('timestamp', 'signature')
  { id: OpenSSL::Digest.hexdigest('SHA256', Marshal.dump(event)), event: }
end
