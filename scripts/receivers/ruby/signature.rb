require 'openssl'

unless SECRETS.all?(%r{\A(?:whsec_[A-Za-z0-9+/]{24,}={0,2}|whpk_[A-Za-z0-9+/]{43}=)\z})
  abort 'WEBHOOK_SECRETS: is not whsec_ or whpk_ and base64'
end

# Gives the event's id, if one of the secrets signed it within the last five minutes.
def signed_id(headers, body)
  id, sent_at = headers.fetch_values('webhook-id', 'webhook-timestamp') { '' }
  return unless sent_at.match?(/\A\d{1,12}\z/) && (Time.now.to_i - sent_at.to_i).abs <= 300

  signed = "#{id}.#{sent_at}.".b + body
  given = headers.fetch('webhook-signature', '').split.map { |one| one.split(',', 2) }
  id if SECRETS.product(given).any? { |secret, (version, text)| by?(secret, version, text.to_s.unpack1('m'), signed) }
end

# By a `whsec_` secret, or by the public half, `whpk_`, of an endpoint with `signature: "v1a"`.
def by?(secret, version, signature, signed)
  kind, encoded = secret.split('_', 2)
  key = encoded.unpack1('m')
  if kind == 'whsec'
    return version == 'v1' && signature.bytesize == 32 &&
           OpenSSL.secure_compare(OpenSSL::HMAC.digest('SHA256', key, signed), signature)
  end

  public_key = OpenSSL::PKey.read(['302a300506032b6570032100'].pack('H*') + key)
  version == 'v1a' && signature.bytesize == 64 && public_key.verify(nil, signature, signed)
end
