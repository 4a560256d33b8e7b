require 'json'
require 'openssl'

# The endpoint's own: others of your endpoints verify with the same keys.
TOKEN = ENV.fetch('WEBHOOK_TOKEN', '')
abort 'WEBHOOK_TOKEN: it is missing, or too short' if TOKEN.bytesize < 8

# Gives nothing unless one of the keys signed it within the last day.
def verified(headers, body)
  return unless OpenSSL.secure_compare(TOKEN, headers.fetch('x-webhook-token', ''))

  parts = jwt_of(body).split('.', 4)
  return unless parts.length == 3

  header, said, signature = parts.map { |part| part.tr('-_', '+/').unpack1('m') }
  # By default the JWT has no `kid`, so each RSA key of the set may be the one.
  is_genuine = KEYS.look do |keys|
    rsa = keys.values.grep(OpenSSL::PKey::RSA)
    rsa.any? { |key| key.verify('SHA256', signature, "#{parts[0]}.#{parts[1]}") }
  end
  # The algorithm is ours to say, never the token's.
  return unless is_genuine && JSON.parse(header)['alg'] == 'RS256'

  claims = JSON.parse(said, max_nesting: 200)
  return unless Time.now.to_i.between?(claims.fetch('iat') - 300, claims.fetch('exp') + 300)

  # What is beside the JWT is not signed, and neither is any header.
  event = claims.fetch('data')
  { id: event.fetch('event_id'), event: }
end

def jwt_of(body)
  envelope = JSON.parse(body, max_nesting: 200)
  envelope.is_a?(Hash) ? envelope['jwt'].to_s : ''
rescue JSON::ParserError
  ''
end
