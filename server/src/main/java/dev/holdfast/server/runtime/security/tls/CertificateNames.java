package dev.holdfast.server.runtime.security.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The names that a client certificate proves. */
public final class CertificateNames {
  /** The kinds of subject alternative names: e-mail address, DNS name, URI (RFC 5280, 4.2.1.6). */
  private static final List<Integer> KINDS = List.of(1, 2, 6);

  private CertificateNames() {}

  /**
   * Returns the subject alternative names in the order of the certificate, then the common name.
   */
  public static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
        if (KINDS.contains(alternative.get(0)) && alternative.get(1) instanceof String name) {
          names.add(name);
        }
      }
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
          names.add(name);
        }
      }
    } catch (CertificateParsingException | InvalidNameException e) {
      // A malformed name proves nothing; the names before it count.
      return names;
    }
    return names;
  }
}
