require 'json'
require 'openssl'

# The private half of the endpoint's `encryption.jwk`, in PEM.
PRIVATE_KEY = OpenSSL::PKey.read(File.read(ENV.fetch('WEBHOOK_PRIVATE_KEY')))
OAEP = { 'rsa_padding_mode' => 'oaep', 'rsa_oaep_md' => 'sha256', 'rsa_mgf1_md' => 'sha256' }.freeze

# Gives nothing unless one of the secrets signed it within the last five minutes, and it is for our key.
def verified(headers, body)
  # The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
  id = signed_id(headers, body)
  { id:, event: JSON.parse(decrypted(body), max_nesting: 200) } if id
rescue OpenSSL::OpenSSLError, ArgumentError, JSON::ParserError
  nil
end

# A compact JWE (RFC 7516) with A256GCM, to an EC key on P-256 (ECDH-ES) or to an RSA key (RSA-OAEP-256).
def decrypted(jwe)
  header, wrapped, nonce, text, tag = jwe.split('.', 5).map { |part| part.tr('-_', '+/').unpack1('m') }
  # The key says the algorithm, and not the body.
  algorithm = PRIVATE_KEY.is_a?(OpenSSL::PKey::RSA) ? 'RSA-OAEP-256' : 'ECDH-ES'
  said = JSON.parse(header)
  raise ArgumentError unless said.values_at('alg', 'enc') == [algorithm, 'A256GCM'] && tag.to_s.bytesize == 16

  cipher = OpenSSL::Cipher.new('aes-256-gcm').decrypt
  cipher.key = algorithm == 'ECDH-ES' ? agreed(said.fetch('epk')) : PRIVATE_KEY.decrypt(wrapped, OAEP)
  cipher.iv = nonce
  cipher.auth_tag = tag
  cipher.auth_data = jwe[/\A[^.]*/]
  cipher.update(text) + cipher.final
end

# Concat KDF (RFC 7518, section 4.6.2) with no party information: one round gives 256 bits.
def agreed(epk)
  point = epk.fetch_values('x', 'y').map { |one| one.tr('-_', '+/').unpack1('m') }.join
  info = ['3059301306072a8648ce3d020106082a8648ce3d03010703420004'].pack('H*') + point
  shared = PRIVATE_KEY.derive(OpenSSL::PKey.read(info))
  OpenSSL::Digest.digest('SHA256', [1].pack('N') + shared + [7, 'A256GCM', 0, 0, 256].pack('Na*N3'))
end
