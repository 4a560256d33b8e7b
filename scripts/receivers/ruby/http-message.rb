require 'json'
require 'openssl'

# The endpoint's URL as Posthorn has it: a proxy may show you another one.
ENDPOINT_URL = ENV.fetch('WEBHOOK_URL', '')
abort 'WEBHOOK_URL: it is missing' if ENDPOINT_URL.empty?

COVERED = %w[@method @target-uri content-digest webhook-id].freeze

# The members `posthorn` of Signature-Input and Signature: covered components and parameters, and the bytes.
PARAMETERS = /(?:;[a-z]+=(?:"(?:[^"\\]|\\.)*"|\d+))*/
INPUT = /(?:\A|,)\s*posthorn=(\(((?:"[a-z0-9@_-]+" ?)*)\)(#{PARAMETERS}))\s*(?:,|\z)/
SIGNATURE = %r{(?:\A|,)\s*posthorn=:([A-Za-z0-9+/=]+):\s*(?:,|\z)}

# Gives nothing unless one of the keys signed it, for this address and within the last five minutes.
def verified(headers, body)
  digest = "sha-256=:#{[OpenSSL::Digest.digest('SHA256', body)].pack('m0')}:"
  input = INPUT.match(headers.fetch('signature-input', ''))
  signature = SIGNATURE.match(headers.fetch('signature', ''))
  return unless input && signature && OpenSSL.secure_compare(digest, headers.fetch('content-digest', ''))

  components = input[2].scan(/[^" ]+/)
  parameters = input[3].scan(/;([a-z]+)="?([^";]*)/).to_h
  # The id is what tells a repeat, so it must be signed.
  return unless (COVERED - components).empty? && parameters['tag'] == 'posthorn-webhook'
  return unless (Time.now.to_i - parameters['created'].to_i).abs <= 300

  values = headers.merge('@method' => 'POST', '@target-uri' => ENDPOINT_URL)
  lines = components.map { |name| "\"#{name}\": #{values.fetch(name, '').strip}" }
  base = [*lines, "\"@signature-params\": #{input[1]}"].join("\n")
  is_genuine = KEYS.look do |keys|
    key = keys[parameters['keyid']]
    # The key says the algorithm, and not the request.
    key&.verify(key.is_a?(OpenSSL::PKey::RSA) ? 'SHA256' : nil, signature[1].unpack1('m'), base)
  rescue OpenSSL::PKey::PKeyError
    false
  end
  { id: headers.fetch('webhook-id'), event: JSON.parse(body, max_nesting: 200) } if is_genuine
end
