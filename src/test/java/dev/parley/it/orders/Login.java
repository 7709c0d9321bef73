package dev.parley.it.orders;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.authentication.mechanism.http.FormAuthenticationMechanismDefinition;
import jakarta.security.enterprise.authentication.mechanism.http.LoginToContinue;
import jakarta.security.enterprise.credential.UsernamePasswordCredential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStore;
import java.util.Map;
import java.util.Set;

/** The login of the application: a form, and its own users. */
@ApplicationScoped
@FormAuthenticationMechanismDefinition(
        loginToContinue =
                @LoginToContinue(loginPage = "/login.html", errorPage = "/login.html", useForwardToLogin = false))
public class Login implements IdentityStore {
    private static final Map<String, String> ROLES = Map.of("dave", "customer", "eve", "customer", "sue", "staff");

    public CredentialValidationResult validate(UsernamePasswordCredential login) {
        String role = ROLES.get(login.getCaller());
        return role != null && login.compareTo(login.getCaller(), login.getCaller() + "-secret")
                ? new CredentialValidationResult(login.getCaller(), Set.of(role))
                : CredentialValidationResult.INVALID_RESULT;
    }
}
