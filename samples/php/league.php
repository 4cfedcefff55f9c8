<?php
/**
 * onpatient with league/oauth2-client: authorize, token, refresh, list, search, revoke.
 *
 *     composer install
 *     CLIENT_ID=… CLIENT_SECRET=… php league.php
 *
 * Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
 */
declare(strict_types=1);

require __DIR__ . '/vendor/autoload.php';

use League\OAuth2\Client\OptionProvider\HttpBasicAuthOptionProvider;
use League\OAuth2\Client\Provider\GenericProvider;

$portal = getenv('PORTAL_URL') ?: 'http://localhost:8000';
$fhir = getenv('FHIR_URL') ?: $portal;
$redirectUri = getenv('REDIRECT_URI') ?: 'http://localhost:9999/callback';
// offline_access asks for a refresh token; openid lets userinfo say who signed in.
$scope = getenv('SCOPE') ?: 'openid profile patient/*.read offline_access';

/** Listens at the redirect URI until the browser comes back: the query. */
function waitForRedirect(string $redirectUri): array
{
    ['host' => $host, 'port' => $port, 'path' => $path] = parse_url($redirectUri);
    $server = stream_socket_server("tcp://$host:$port") ?: exit("Nothing can listen at $redirectUri.\n");
    do {
        $browser = stream_socket_accept($server, 600) ?: exit("Nobody came back.\n");
        $target = parse_url(explode(' ', (string) fgets($browser))[1] ?? '/'); // GET /callback?code=…&state=… HTTP/1.1
        fwrite($browser, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nDone. You can close this window.");
        fclose($browser);
    } while (($target['path'] ?? '') !== $path);
    fclose($server);
    parse_str($target['query'] ?? '', $query);
    return $query;
}

$provider = new GenericProvider([
    'clientId' => getenv('CLIENT_ID'),
    'clientSecret' => getenv('CLIENT_SECRET'),
    'redirectUri' => $redirectUri,
    'urlAuthorize' => "$portal/o/authorize/",
    'urlAccessToken' => "$portal/o/token/",
    'urlResourceOwnerDetails' => "$portal/o/userinfo",
    'responseResourceOwnerId' => 'sub',
    'scopes' => explode(' ', $scope),
    'scopeSeparator' => ' ', // the library's own is a comma, which is not the standard's
    'pkceMethod' => GenericProvider::PKCE_METHOD_S256,
], ['optionProvider' => new HttpBasicAuthOptionProvider()]);

// 1. Authorize: the person signs in and decides.
$address = $provider->getAuthorizationUrl();
$state = $provider->getState();
echo "Open this address: $address\n";
$query = waitForRedirect($redirectUri);
if (($query['state'] ?? '') !== $state) exit("The answer belongs to another browser.\n");
if (isset($query['error'])) exit("No access was given: {$query['error']}\n");
echo "1. Authorized: the state is ours\n";

// 2. Token: the code, within a minute, for tokens. In a web application keep getPkceCode() in the session, and give it back here.
$provider->setPkceCode($provider->getPkceCode());
$token = $provider->getAccessToken('authorization_code', ['code' => $query['code']]);
$granted = $token->getValues()['scope'];
echo '2. Token: until ', date('Y-m-d H:i', $token->getExpires()), ", scope $granted\n";
if (str_contains($granted, 'openid')) {
    $person = $provider->getResourceOwner($token);
    echo rtrim("   Signed in: {$person->getId()} " . ($person->toArray()['name'] ?? '')), "\n";
}
if (!str_contains($granted, 'patient/')) exit(0); // Sign-in alone reads no record.

// 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
$before = $token->getToken();
$token = $provider->getAccessToken('refresh_token', ['refresh_token' => $token->getRefreshToken()]);
if ($token->getToken() === $before) exit("The refresh brought the same token.\n");
echo "3. Refreshed\n";

// 4. A list of the classic API, page by page.
[$count, $pages, $url] = [0, 0, "$fhir/onpatient_api/fhir/Immunization?page-size=20"];
while ($url) {
    $page = $provider->getParsedResponse($provider->getAuthenticatedRequest('GET', $url, $token));
    $count += count($page['results']);
    $pages += 1;
    $url = $page['next']; // null on the last page
}
echo "4. Classic API: $count immunizations on $pages pages\n";

// 5. A search of the R4 API.
$search = $provider->getAuthenticatedRequest('GET', "$fhir/fhir/r4/Observation?_sort=-date&_count=5", $token);
$bundle = $provider->getParsedResponse($search);
echo '5. R4 API: ', count($bundle['entry'] ?? []), " of {$bundle['total']} observations, the latest first\n";

// 6. Revoke: ends the whole access, the refresh token too. The library has no call for it; its HTTP client does.
$provider->getHttpClient()->request('POST', "$portal/o/revoke/", [
    'auth' => [getenv('CLIENT_ID'), getenv('CLIENT_SECRET')],
    'form_params' => ['token' => $token->getRefreshToken()],
]);
$request = $provider->getAuthenticatedRequest('GET', "$fhir/fhir/r4/Observation", $token);
$response = $provider->getHttpClient()->send($request, ['http_errors' => false]);
echo "6. Revoked: the API answers {$response->getStatusCode()}\n";
