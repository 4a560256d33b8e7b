# Receives deliveries of the contract bynn, with Rack.
# Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
#
#   Ruby 3.1 or newer
#   gem install rack puma
#   puma --port "${PORT:-8080}" rack.ru
#
# Environment:
#   WEBHOOK_TOKEN     the endpoint's token
#   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
#   PORT              where it listens; 8080 if it is not set
#   INBOX             the folder for what was accepted; ./inbox if it is not set

require 'digest'
require 'fileutils'
require 'json'
require 'net/http'
require 'openssl'
require 'securerandom'

# The key set of your tenant and environment, and no other: what is signed for others then does not verify.
class Keys
  def initialize(url)
    @url = URI(url)
    @lock = Mutex.new
    @keys = {}
    @fetched_at = @renewed_at = -Float::INFINITY
  end

  # Looks with the cached keys, by their ids, and if that gives nothing, with keys fetched anew: at most every 30 seconds.
  def look(&block)
    @lock.synchronize { fetch if now - @fetched_at > 300 }
    found = block.call(@keys)
    return found if found || now - @renewed_at < 30

    @lock.synchronize do
      @renewed_at = now
      fetch
    end
    block.call(@keys)
  end

  private

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def fetch
    options = { use_ssl: @url.scheme == 'https', open_timeout: 5, read_timeout: 5 }
    answer = Net::HTTP.start(@url.host, @url.port, **options) { |http| http.get(@url.request_uri) }
    answer.value # Throws unless it is 2xx.
    @keys = JSON.parse(answer.body).fetch('keys').to_h { |jwk| [jwk.fetch('kid'), key_of(jwk)] }.compact
    @fetched_at = now
  end

  def key_of(jwk)
    bytes = ->(name) { jwk.fetch(name).tr('-_', '+/').unpack1('m') }
    if jwk['kty'] == 'RSA'
      numbers = %w[n e].map { |name| OpenSSL::ASN1::Integer(OpenSSL::BN.new(bytes.(name), 2)) }
      OpenSSL::PKey::RSA.new(OpenSSL::ASN1::Sequence(numbers).to_der)
    elsif jwk['crv'] == 'Ed25519'
      OpenSSL::PKey.read(['302a300506032b6570032100'].pack('H*') + bytes.('x'))
    end
  end
end
abort 'WEBHOOK_KEYS_URL: it is missing' if ENV.fetch('WEBHOOK_KEYS_URL', '').empty?
KEYS = Keys.new(ENV.fetch('WEBHOOK_KEYS_URL'))

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
