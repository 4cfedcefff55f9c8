"""onpatient with requests-oauthlib: authorize, token, refresh, list, search, revoke.

    pip install requests-oauthlib       (Debian: apt install python3-requests-oauthlib)
    CLIENT_ID=… CLIENT_SECRET=… python3 requests_oauthlib_sample.py

Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
"""
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import requests
from requests_oauthlib import OAuth2Session

portal = os.environ.get('PORTAL_URL', 'http://localhost:8000')
fhir = os.environ.get('FHIR_URL', portal)
redirect_uri = os.environ.get('REDIRECT_URI', 'http://localhost:9999/callback')
client_id, client_secret = os.environ['CLIENT_ID'], os.environ['CLIENT_SECRET']
# offline_access must stand here: the answer names it, and oauthlib raises a Warning when the answer's scope differs. A
# person may untick something; to live with that, set OAUTHLIB_RELAX_TOKEN_SCOPE=1 and look at token['scope'].
scope = os.environ.get('SCOPE', 'openid profile patient/*.read offline_access').split()

# oauthlib wants https. The demo on this machine has none; leave this line out for a real server.
if portal.startswith('http://localhost') or portal.startswith('http://127.0.0.1'):
    os.environ['OAUTHLIB_INSECURE_TRANSPORT'] = '1'


def wait_for_redirect():
    """Listens at the redirect URI until the browser comes back: the address with its query."""
    came_back = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if urlsplit(self.path).path == urlsplit(redirect_uri).path:
                came_back.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'Done. You can close this window.')

        def log_message(self, *_):  # the address holds the code: not into a log
            pass

    with HTTPServer((urlsplit(redirect_uri).hostname, urlsplit(redirect_uri).port), Handler) as server:
        while not came_back:
            server.handle_request()
    return redirect_uri.split('?')[0] + '?' + urlsplit(came_back[0]).query


# Every address of the server is in its metadata.
server = requests.get(f'{portal}/.well-known/openid-configuration', timeout=10).json()
session = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=scope)

# 1. Authorize: the person signs in and decides.
address, state = session.authorization_url(server['authorization_endpoint'])
print('Open this address:', address, flush=True)
answer = wait_for_redirect()
# oauthlib compares the state, and raises what the server says instead of a code (access_denied).
session._client.parse_request_uri_response(answer, state=state)
print('1. Authorized: the state is ours')

# 2. Token: the code, within a minute, for tokens.
token = session.fetch_token(server['token_endpoint'], authorization_response=answer, client_secret=client_secret)
print('2. Token: for', token['expires_in'], 'seconds, scope', ' '.join(token['scope']))
if 'openid' in token['scope']:
    # requests-oauthlib does not check an id_token. The server says who signed in over a connection of our own.
    person = session.get(server['userinfo_endpoint'], timeout=10).json()
    print('   Signed in:', person['sub'], person.get('name', ''))
if not any(each.startswith('patient/') for each in token['scope']):
    raise SystemExit(0)  # Sign-in alone reads no record.

# 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
before = token['access_token']
token = session.refresh_token(server['token_endpoint'], auth=(client_id, client_secret))
if token['access_token'] == before:
    raise SystemExit('The refresh brought the same token.')
print('3. Refreshed')

# 4. A list of the classic API, page by page.
count, pages, url = 0, 0, f'{fhir}/onpatient_api/fhir/Immunization?page-size=20'
while url:
    response = session.get(url, timeout=10)
    response.raise_for_status()
    page = response.json()
    count, pages, url = count + len(page['results']), pages + 1, page['next']  # None on the last page
print(f'4. Classic API: {count} immunizations on {pages} pages')

# 5. A search of the R4 API.
response = session.get(f'{fhir}/fhir/r4/Observation', params={'_sort': '-date', '_count': 5}, timeout=10)
response.raise_for_status()
bundle = response.json()
print(f"5. R4 API: {len(bundle.get('entry', []))} of {bundle['total']} observations, the latest first")

# 6. Revoke: ends the whole access, the refresh token too. The library has no call for it.
requests.post(server['revocation_endpoint'], data={'token': token['refresh_token']},
              auth=(client_id, client_secret), timeout=10).raise_for_status()
status = session.get(f'{fhir}/fhir/r4/Observation', timeout=10).status_code
print('6. Revoked: the API answers', status)
