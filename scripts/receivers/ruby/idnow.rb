require 'json'
require 'openssl'

# The endpoint's options `headerName` and `prefix`.
TOKEN_HEADER = ENV.fetch('WEBHOOK_HEADER', 'Authorization').downcase
TOKEN_PREFIX = "#{ENV.fetch('WEBHOOK_PREFIX', 'Bearer')} ".freeze

# Gives nothing unless one of the secrets signed it, for this body and within the last minutes.
def verified(headers, body)
  parts = headers.fetch(TOKEN_HEADER, '').delete_prefix(TOKEN_PREFIX).split('.', 4)
  return unless parts.length == 3

  header, said, signature = parts.map { |part| part.tr('-_', '+/').unpack1('m') }
  is_genuine = SECRETS.any? do |secret|
    OpenSSL.secure_compare(OpenSSL::HMAC.digest('SHA256', secret, "#{parts[0]}.#{parts[1]}"), signature)
  end
  # The algorithm is ours to say, never the token's.
  return unless is_genuine && JSON.parse(header)['alg'] == 'HS256'

  claims = JSON.parse(said)
  return unless Time.now.to_i.between?(claims.fetch('iat') - 120, claims.fetch('exp') + 120)
  # The JWT speaks of one body only: without this check it could be put beside any other.
  return unless OpenSSL.secure_compare(OpenSSL::Digest.hexdigest('SHA256', body), claims.fetch('body_sha256'))

  { id: claims.fetch('jti'), event: JSON.parse(body) }
end
