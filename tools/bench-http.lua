-- Charges and payments for wrk: `wrk … -s bench-http.lua URL -- RUN ACCOUNTS LINES`. RUN makes the keys distinct, LINES = 0
-- sends single commands, else so many a request as NDJSON. Each account goes through a round of three charges and seven
-- payments that its balance always covers.
local round = { true, false, false, true, false, false, true, false, false, false }
local sources = { "creditCard", "debitCard", "registerCash", "atmCash", "point" }
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(args)
  run, accounts, lines = args[1], tonumber(args[2]), tonumber(args[3])
  steps, count, account = {}, 0, 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = lines > 0 and "application/x-ndjson" or "application/json"
end

local function following()
  count = count + 1
  account = (account + 7919) % accounts
  local step = (steps[account] or 0) + 1
  steps[account] = step % 10
  return account + 1, round[step], run .. "-" .. id .. "-" .. count
end

local function line()
  local account, charges, key = following()
  if charges then
    return '{"key":"' .. key .. '","command":"charge","account":"' .. account .. '","source":"' .. sources[count % 5 + 1] .. '","amount":"7000"}\n'
  end
  return '{"key":"' .. key .. '","command":"pay","account":"' .. account .. '","store":"store-' .. count % 50 .. '","register":"' .. count % 9 + 1
    .. '","amount":"3000"}\n'
end

function request()
  if lines > 0 then
    local body = {}
    for index = 1, lines do body[index] = line() end
    return wrk.format(nil, "/v1/commands", nil, table.concat(body))
  end
  local account, charges, key = following()
  wrk.headers["Idempotency-Key"] = key
  if charges then
    return wrk.format(nil, "/v1/accounts/" .. account .. "/charges", nil, '{"source":"' .. sources[count % 5 + 1] .. '","amount":"7000"}')
  end
  return wrk.format(nil, "/v1/accounts/" .. account .. "/payments", nil,
    '{"store":"store-' .. count % 50 .. '","register":"' .. count % 9 + 1 .. '","amount":"3000"}')
end

-- requests a second, p50 and p99 in milliseconds, answers that were not 2xx, other errors
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("numbers %f %f %f %d %d\n", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
