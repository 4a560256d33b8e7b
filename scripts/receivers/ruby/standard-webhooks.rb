require 'json'

# Gives nothing unless one of the secrets signed it within the last five minutes.
def verified(headers, body)
  id = signed_id(headers, body)
  { id:, event: JSON.parse(body, max_nesting: 200) } if id
end
