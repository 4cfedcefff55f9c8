// onpatient with Duende.IdentityModel.OidcClient: authorize, token, refresh, list, search, revoke.
//
// NOT RUN: written from the source of the library (7.1), on a machine without .NET.
//
//     CLIENT_ID=… CLIENT_SECRET=… dotnet run
//
// Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Duende.IdentityModel.Client;
using Duende.IdentityModel.OidcClient;

string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) ?? otherwise;

var portal = Setting("PORTAL_URL", "http://localhost:8000");
var fhir = Setting("FHIR_URL", portal);
var redirectUri = Setting("REDIRECT_URI", "http://localhost:9999/callback");

// The library finds every address of the server in its metadata, pushes the request (PAR) and uses PKCE. It takes http from
// localhost and 127.0.0.1 alone. It reads the id_token and checks its signature only with an IdentityTokenValidator (a package
// of its own); the token came from the server itself, and userinfo must name the same person.
var oidc = new OidcClient(new OidcClientOptions
{
    Authority = portal,
    ClientId = Setting("CLIENT_ID", ""),
    ClientSecret = Setting("CLIENT_SECRET", ""),
    RedirectUri = redirectUri,
    // offline_access asks for a refresh token; openid says who signed in.
    Scope = Setting("SCOPE", "openid profile patient/*.read offline_access"),
});

// 1. Authorize: the person signs in and decides.
var login = await oidc.PrepareLoginAsync();
if (login.IsError) throw new Exception($"No address: {login.Error} {login.ErrorDescription}");
var answer = await WaitForRedirect(login.StartUrl, redirectUri);
if (new AuthorizeResponse(answer).State != login.State) throw new Exception("The answer belongs to another browser.");
Console.WriteLine("1. Authorized: the state is ours");

// 2. Token: the code, within a minute, for tokens. An error instead of a code ends up here as well.
var result = await oidc.ProcessResponseAsync(answer, login);
if (result.IsError) throw new Exception($"No access was given: {result.Error} {result.ErrorDescription}");
var granted = result.TokenResponse.Scope ?? "";
Console.WriteLine($"2. Token: until {result.AccessTokenExpiration:yyyy-MM-dd HH:mm}, scope {granted}");
Console.WriteLine($"   Signed in: {result.User.FindFirst("sub")?.Value} {result.User.FindFirst("name")?.Value}".TrimEnd());
if (!granted.Contains("patient/")) return; // Sign-in alone reads no record.

// 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up. (result.RefreshTokenHandler is an HTTP
// handler that does it by itself.)
var refreshed = await oidc.RefreshTokenAsync(result.RefreshToken);
if (refreshed.IsError) throw new Exception($"No token: {refreshed.Error} {refreshed.ErrorDescription}");
if (refreshed.AccessToken == result.AccessToken) throw new Exception("The refresh brought the same token.");
Console.WriteLine("3. Refreshed");

using var http = new HttpClient();
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", refreshed.AccessToken);

// 4. A list of the classic API, page by page.
var (count, pages) = (0, 0);
string? url = $"{fhir}/onpatient_api/fhir/Immunization?page-size=20";
while (url is not null)
{
    using var page = JsonDocument.Parse(await http.GetStringAsync(url));
    count += page.RootElement.GetProperty("results").GetArrayLength();
    pages += 1;
    url = page.RootElement.GetProperty("next").GetString(); // null on the last page
}
Console.WriteLine($"4. Classic API: {count} immunizations on {pages} pages");

// 5. A search of the R4 API.
using var bundle = JsonDocument.Parse(await http.GetStringAsync($"{fhir}/fhir/r4/Observation?_sort=-date&_count=5"));
var entries = bundle.RootElement.TryGetProperty("entry", out var entry) ? entry.GetArrayLength() : 0;
Console.WriteLine($"5. R4 API: {entries} of {bundle.RootElement.GetProperty("total")} observations, the latest first");

// 6. Revoke: ends the whole access, the refresh token too.
using var other = new HttpClient();
var revoked = await other.RevokeTokenAsync(new TokenRevocationRequest
{
    Address = $"{portal}/o/revoke/",
    ClientId = oidc.Options.ClientId,
    ClientSecret = oidc.Options.ClientSecret,
    Token = refreshed.RefreshToken,
    TokenTypeHint = "refresh_token",
});
if (revoked.IsError) throw new Exception($"Not revoked: {revoked.Error}");
var status = (await http.GetAsync($"{fhir}/fhir/r4/Observation")).StatusCode;
Console.WriteLine($"6. Revoked: the API answers {(int)status}");

// Shows the address and listens at the redirect URI until the browser comes back: the address with its query.
static async Task<string> WaitForRedirect(string address, string redirectUri)
{
    using var listener = new HttpListener();
    listener.Prefixes.Add(redirectUri.EndsWith('/') ? redirectUri : redirectUri + "/");
    listener.Start();
    Console.WriteLine($"Open this address: {address}");
    var context = await listener.GetContextAsync();
    context.Response.Close("Done. You can close this window."u8.ToArray(), willBlock: true);
    return context.Request.Url!.ToString();
}
