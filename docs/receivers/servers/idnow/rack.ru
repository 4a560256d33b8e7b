# Receives deliveries of the contract idnow, with Rack.
# Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
#
#   Ruby 3.1 or newer
#   gem install rack puma
#   puma --port "${PORT:-8080}" rack.ru
#
# Environment:
#   WEBHOOK_SECRETS  the endpoint's secret; during a rotation the new and the old, with a space between
#   WEBHOOK_HEADER   the endpoint's option `headerName`; Authorization if it is not set
#   WEBHOOK_PREFIX   the endpoint's option `prefix`; Bearer if it is not set
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
