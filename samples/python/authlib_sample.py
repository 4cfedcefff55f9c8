"""onpatient with Authlib: authorize, token, refresh, list, search, revoke.

    pip install authlib requests        (Debian: apt install python3-authlib python3-requests)
    CLIENT_ID=… CLIENT_SECRET=… python3 authlib_sample.py

Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
"""
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebToken

portal = os.environ.get('PORTAL_URL', 'http://localhost:8000')
fhir = os.environ.get('FHIR_URL', portal)
redirect_uri = os.environ.get('REDIRECT_URI', 'http://localhost:9999/callback')
# offline_access asks for a refresh token; openid says who signed in.
scope = os.environ.get('SCOPE', 'openid profile patient/*.read offline_access')


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
session = OAuth2Session(os.environ['CLIENT_ID'], os.environ['CLIENT_SECRET'], scope=scope,
                        redirect_uri=redirect_uri, code_challenge_method='S256')
session.headers['Accept'] = 'application/json'

# 1. Authorize: the person signs in and decides.
verifier, nonce = generate_token(48), generate_token(16)
address, state = session.create_authorization_url(server['authorization_endpoint'],
                                                  code_verifier=verifier, nonce=nonce)
print('Open this address:', address, flush=True)
answer = wait_for_redirect()
query = parse_qs(urlsplit(answer).query)
if query.get('state') != [state]:
    raise SystemExit('The answer belongs to another browser.')
if 'error' in query:
    raise SystemExit('No access was given: ' + query['error'][0])
print('1. Authorized: the state is ours')

# 2. Token: the code, within a minute, for tokens. (Authlib compares the state once more.)
token = session.fetch_token(server['token_endpoint'], authorization_response=answer,
                            state=state, code_verifier=verifier)
print('2. Token: for', token['expires_in'], 'seconds, scope', token['scope'])
if 'id_token' in token:
    keys = requests.get(server['jwks_uri'], timeout=10).json()
    claims = JsonWebToken(['RS256']).decode(token['id_token'], keys, claims_options={
        'iss': {'essential': True, 'value': portal},
        'aud': {'essential': True, 'value': os.environ['CLIENT_ID']},
        'nonce': {'essential': True, 'value': nonce},
    })
    claims.validate(leeway=60)
    print('   Signed in:', claims['sub'], claims.get('name', ''))
if 'patient/' not in token['scope']:
    raise SystemExit(0)  # Sign-in alone reads no record.

# 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
#    (Authlib refreshes by itself when the token has expired and token_endpoint is given to OAuth2Session.)
before = token['access_token']
token = session.refresh_token(server['token_endpoint'], refresh_token=token['refresh_token'])
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

# 6. Revoke: ends the whole access, the refresh token too.
session.revoke_token(server['revocation_endpoint'], token=token['refresh_token'],
                     token_type_hint='refresh_token').raise_for_status()
status = session.get(f'{fhir}/fhir/r4/Observation', timeout=10).status_code
print('6. Revoked: the API answers', status)
