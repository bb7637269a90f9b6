-- wrk -s deliveries.lua URL -- TEMPLATE DELIVERIES PATH HOST: every request is a delivery of its own.
-- A line of DELIVERIES is "order-id delivery-id signature"; TEMPLATE says @ORDER@ where the id goes.

local pieces, lines, head, following = {}, {}, "", 0

local function split(text)
  local from = 1
  while true do
    local first, last = text:find("@ORDER@", from, true)
    if not first then break end
    pieces[#pieces + 1] = text:sub(from, first - 1)
    from = last + 1
  end
  pieces[#pieces + 1] = text:sub(from)
end

function init(args)
  local template = io.open(args[1], "rb")
  split(template:read("*a"))
  template:close()
  for line in io.lines(args[2]) do lines[#lines + 1] = line end
  head = io.open(args[3], "rb"):read("*a")
end

function request()
  following = following + 1
  if following > #lines then error("more requests than deliveries") end
  local order, delivery, signature = lines[following]:match("(%S+) (%S+) (%S+)")
  return head .. "X-Shopify-Webhook-Id: " .. delivery .. "\r\nX-Shopify-Hmac-Sha256: " .. signature
    .. "\r\n\r\n" .. table.concat(pieces, order)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("answered=%d bad=%d seconds=%f\n", summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    summary.duration / 1e6))
end
