# Receives deliveries of the contract standard-webhooks, with Rack.
# Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
#
#   Ruby 3.1 or newer
#   gem install rack puma
#   puma --port "${PORT:-8080}" rack.ru
#
# Environment:
#   WEBHOOK_SECRETS  the endpoint's secret, or its `whpk_` key; during a rotation the new and the old, with a space between
#   PORT             where it listens; 8080 if it is not set
#   INBOX            the folder for what was accepted; ./inbox if it is not set

require 'digest'
require 'fileutils'
require 'json'
require 'openssl'
require 'securerandom'

# The endpoint's secret, and while a rotation overlaps the one before it.
SECRETS = ENV.fetch('WEBHOOK_SECRETS', '').split.freeze
if SECRETS.empty? || SECRETS.any? { |secret| secret.bytesize < 24 }
  abort 'WEBHOOK_SECRETS: a secret is missing, or too short'
end

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

# Gives nothing unless one of the secrets signed it within the last five minutes.
def verified(headers, body)
  id = signed_id(headers, body)
  { id:, event: JSON.parse(body, max_nesting: 200) } if id
end

# Your own work, for each event once. What raises here is tried again every hour, and at the next start.
def handle(id, _event)
  puts "processed #{id}"
  $stdout.flush
end

# What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept for
# 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
INBOX = ENV.fetch('INBOX', 'inbox')
KEPT_SECONDS = 41 * 24 * 3600

# The largest delivery has less than 700 kB.
MAX_BODY_BYTES = 1_000_000

QUEUE = Queue.new

# headers: by lower-case names. Gives the status to answer; the work is done afterwards.
def receive(headers, body)
  delivery = verified(headers, body)
  return 401 unless delivery

  file = keep(delivery)
  QUEUE << file if file
  204
rescue StandardError => e
  warn e.full_message
  500 # Ours, not the sender's: it is sent again.
end

# Gives nothing if the id was there already.
def keep(delivery)
  file = File.join(INBOX, Digest::SHA256.hexdigest(delivery[:id]))
  draft = File.join(INBOX, "#{SecureRandom.uuid}.draft")
  File.binwrite(draft, Marshal.dump(delivery))
  File.link(draft, file) # Whole or not at all, and for one of two that come together.
  file
rescue Errno::EEXIST
  nil
ensure
  FileUtils.rm_f(draft) if draft
end

def work(file)
  File.open(file, 'r+b') do |opened|
    opened.flock(File::LOCK_EX) # Puma may have several processes: the second waits, and finds it empty.
    text = opened.read
    next if text.empty?

    delivery = Marshal.load(text)
    handle(delivery[:id], delivery[:event])
    opened.truncate(0)
  end
rescue ScriptError, StandardError, SystemStackError => e
  warn e.full_message # Whatever it is, it must not end the thread.
end

def sweep
  Dir.children(INBOX).each do |name|
    file = File.join(INBOX, name)
    if Time.now - File.mtime(file) > KEPT_SECONDS
      File.delete(file)
    elsif !name.end_with?('.draft')
      QUEUE << file
    end
  rescue Errno::ENOENT
    next # A draft that is one no longer.
  end
end

FileUtils.mkdir_p(INBOX, mode: 0o700)
Thread.new { loop { work(QUEUE.pop) } }
Thread.new do
  loop do
    sweep
    sleep 3600
  end
end

run(lambda do |env|
  next [404, {}, []] unless env['REQUEST_METHOD'] == 'POST' && env['PATH_INFO'] == '/webhooks'

  # The raw bytes, of any content type: what a parser made of them does not verify.
  body = (env['rack.input']&.read(MAX_BODY_BYTES + 1) || '').b
  next [413, {}, []] if body.bytesize > MAX_BODY_BYTES

  headers = env.filter_map { |name, value| [name.delete_prefix('HTTP_').tr('_', '-').downcase, value] if name.start_with?('HTTP_') }
  headers << ['content-type', env['CONTENT_TYPE'].to_s]
  [receive(headers.to_h, body), {}, []]
end)
