#!/usr/bin/perl
# onpatient with Net::OAuth2: authorize, token, refresh, list, search, revoke.
#
#     cpanm Net::OAuth2           (Debian: apt install libnet-oauth2-perl)
#     CLIENT_ID=… CLIENT_SECRET=… perl net_oauth2.pl
#
# Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
use strict;
use warnings;
use Digest::SHA qw(sha256);
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use MIME::Base64 qw(encode_base64url);
use Net::OAuth2::Profile::WebServer;
use URI;

$| = 1;
my $portal = $ENV{PORTAL_URL} // 'http://localhost:8000';
my $fhir = $ENV{FHIR_URL} // $portal;
my $redirect_uri = URI->new($ENV{REDIRECT_URI} // 'http://localhost:9999/callback');
# offline_access asks for a refresh token; openid lets userinfo say who signed in.
my $scope = $ENV{SCOPE} // 'openid profile patient/*.read offline_access';

# Listens at the redirect URI until the browser comes back: the query.
sub wait_for_redirect {
    my $server = IO::Socket::INET->new(
        LocalAddr => $redirect_uri->host, LocalPort => $redirect_uri->port, Listen => 5, ReuseAddr => 1,
    ) or die "Nothing can listen at $redirect_uri: $!\n";
    while (my $browser = $server->accept) {
        my (undef, $target) = split / /, scalar <$browser>; # GET /callback?code=…&state=… HTTP/1.1
        print $browser "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nDone. You can close this window.";
        close $browser;
        my $address = URI->new_abs($target, $redirect_uri);
        return $address->query_form if $address->path eq $redirect_uri->path;
    }
}

sub random { open my $source, '<:raw', '/dev/urandom' or die $!; read $source, my $bytes, 32; return encode_base64url($bytes) }

my $onpatient = Net::OAuth2::Profile::WebServer->new(
    name => 'onpatient',
    client_id => $ENV{CLIENT_ID},
    client_secret => $ENV{CLIENT_SECRET},
    authorize_url => "$portal/o/authorize/",
    access_token_url => "$portal/o/token/",
    refresh_token_url => "$portal/o/token/",
    redirect_uri => "$redirect_uri",
    scope => $scope,
);

# 1. Authorize: the person signs in and decides. The library has no PKCE of its own; the parameters do.
my ($state, $verifier) = (random(), random());
my $address = $onpatient->authorize(
    state => $state, code_challenge => encode_base64url(sha256($verifier)), code_challenge_method => 'S256',
);
print "Open this address: $address\n";
my %query = wait_for_redirect();
die "The answer belongs to another browser.\n" if ($query{state} // '') ne $state;
die "No access was given: $query{error}\n" if $query{error};
print "1. Authorized: the state is ours\n";

# 2. Token: the code, within a minute, for tokens.
my $token = $onpatient->get_access_token($query{code}, code_verifier => $verifier);
printf "2. Token: for %d seconds, scope %s\n", $token->expires_in, $token->scope;
if ($token->scope =~ /openid/) {
    my $person = read_json("$portal/o/userinfo");
    print "   Signed in: $person->{sub}", (defined $person->{name} ? " $person->{name}" : ''), "\n";
}
exit 0 if $token->scope !~ m{patient/}; # Sign-in alone reads no record.

# 3. Refresh: each answer has a new refresh token. The library keeps it, and refreshes by itself when the token has expired.
my $before = $token->access_token;
$token->refresh;
die "The refresh brought the same token.\n" if $token->access_token eq $before;
print "3. Refreshed\n";

# 4. A list of the classic API, page by page.
my ($count, $pages, $next) = (0, 0, "$fhir/onpatient_api/fhir/Immunization?page-size=20");
while (defined $next) {
    my $page = read_json($next);
    $count += @{ $page->{results} };
    $pages += 1;
    $next = $page->{next}; # undef on the last page
}
print "4. Classic API: $count immunizations on $pages pages\n";

# 5. A search of the R4 API.
my $bundle = read_json("$fhir/fhir/r4/Observation?_sort=-date&_count=5");
printf "5. R4 API: %d of %d observations, the latest first\n", scalar @{ $bundle->{entry} // [] }, $bundle->{total};

# 6. Revoke: ends the whole access, the refresh token too. The library has no call for it; its user agent does.
my $ended = $onpatient->user_agent->post("$portal/o/revoke/", {
    token => $token->refresh_token, client_id => $ENV{CLIENT_ID}, client_secret => $ENV{CLIENT_SECRET},
});
die $ended->status_line, "\n" if !$ended->is_success;
print '6. Revoked: the API answers ', $token->get("$fhir/fhir/r4/Observation")->code, "\n";

sub read_json {
    my ($url) = @_;
    my $response = $token->get($url);
    die $response->status_line, " from $url\n" if !$response->is_success;
    return decode_json($response->content);
}
