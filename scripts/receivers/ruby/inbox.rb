require 'digest'
require 'fileutils'
require 'securerandom'

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
