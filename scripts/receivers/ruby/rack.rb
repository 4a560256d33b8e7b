run(lambda do |env|
  next [404, {}, []] unless env['REQUEST_METHOD'] == 'POST' && env['PATH_INFO'] == '/webhooks'

  # The raw bytes, of any content type: what a parser made of them does not verify.
  body = (env['rack.input']&.read(MAX_BODY_BYTES + 1) || '').b
  next [413, {}, []] if body.bytesize > MAX_BODY_BYTES

  headers = env.filter_map { |name, value| [name.delete_prefix('HTTP_').tr('_', '-').downcase, value] if name.start_with?('HTTP_') }
  headers << ['content-type', env['CONTENT_TYPE'].to_s]
  [receive(headers.to_h, body), {}, []]
end)
