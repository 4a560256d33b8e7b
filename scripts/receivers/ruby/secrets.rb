# The endpoint's secret, and while a rotation overlaps the one before it.
SECRETS = ENV.fetch('WEBHOOK_SECRETS', '').split.freeze
if SECRETS.empty? || SECRETS.any? { |secret| secret.bytesize < 24 }
  abort 'WEBHOOK_SECRETS: a secret is missing, or too short'
end
