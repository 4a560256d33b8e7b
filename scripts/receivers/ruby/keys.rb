require 'json'
require 'net/http'
require 'openssl'

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
